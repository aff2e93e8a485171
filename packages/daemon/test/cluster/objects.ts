import type { JsonObject, ObjectRef } from '@fluxctl/shared/kube-object';
import { resourceId } from '@fluxctl/shared/resource/resource-id';
import { expect } from 'vitest';
import type { ApplyItem, ApplyOutcome } from '../../src/cluster/cluster.ts';
import { prepareBody } from '../../src/manifests/prepare.ts';

export interface TestObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: JsonObject & { name: string };
}

export function refOf({ apiVersion, kind, metadata }: TestObject): ObjectRef {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(typeof namespace === 'string' ? { namespace } : {}) };
}

/** An object as the pass hands it over: prepared, with mark and checksum. */
export function item(object: TestObject): ApplyItem {
  const ref = refOf(object);
  const id = resourceId(ref.namespace, ref.kind, ref.name);
  const place = { namespace: ref.namespace, mark: markOf(object), checksum: 'c0ffee' };
  const source = { path: `${ref.name}.yaml`, line: 3, document: 1 };
  return { id, ref, source, body: async () => prepareBody(structuredClone(object), place) };
}

export function markOf({ metadata }: TestObject): string {
  return `sha256.${metadata.name}`;
}

export function expectActions(outcomes: readonly { readonly action: string }[], ...actions: string[]): void {
  const told = outcomes.map((outcome) => ({ action: outcome.action, error: errorOf(outcome) }));
  expect(
    told.map(({ action }) => action),
    JSON.stringify(told),
  ).toEqual(actions);
}

/** The failure of the only item. */
export function failureOf(outcomes: readonly ApplyOutcome[]) {
  const [outcome] = outcomes;
  if (outcome?.action !== 'failed') return expect.fail(`it was ${outcome?.action}`);
  const { error, field, retryable } = outcome.error;
  return { message: error.message, field, retryable };
}

function errorOf(outcome: object): string | undefined {
  return (outcome as { error?: { error?: Error } }).error?.error?.message;
}

/** Objects of one namespace, and those that have none. */
export function objectsIn(namespace: string) {
  const configMap = (name: string, data: JsonObject = { a: '1' }): TestObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data,
  });
  const secret = (name: string, data: JsonObject = { a: 'Yg==' }): TestObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    data,
  });
  const service = (name: string, ports: JsonObject[] = [{ port: 80 }]): TestObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports, selector: { app: name } },
  });
  const deployment = (
    name: string,
    container: JsonObject = {},
    { replicas = 1, ...spec }: JsonObject = {},
  ): TestObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: 'alpine:3.19', ...container }], ...spec },
      },
    },
  });
  return { configMap, secret, service, deployment };
}

/** A kind of its own, whose objects may hold anything. */
export function definition(
  kind: string,
  options: { readonly scope?: string; readonly version?: string } = {},
) {
  const plural = `${kind.toLowerCase()}s`;
  const { scope = 'Namespaced', version = 'v1' } = options;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  } satisfies TestObject;
}
