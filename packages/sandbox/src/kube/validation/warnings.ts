import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import { fieldPath } from './fault-list.ts';

/** Versions that are served but should no longer be used. */
const deprecated: Readonly<Record<string, string>> = {
  '/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
  '/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** What every request about a deprecated kind is told. */
export function deprecationWarning(kind: Kind): string | undefined {
  return deprecated[kind.storage];
}

function containerWarnings(container: JsonValue, path: string): string[] {
  const warnings: string[] = [];
  const names = new Set<string>();
  for (const [index, variable] of listAt(container, 'env').entries()) {
    const name = stringAt(variable, 'name') ?? '';
    if (names.has(name)) {
      const place = fieldPath(path, 'env', index);
      const quoted = JSON.stringify(name);
      warnings.push(
        `${place}: hides previous definition of ${quoted}, which may be dropped when using apply`,
      );
    }
    names.add(name);
  }
  const ports = new Map<string, number>();
  for (const [index, port] of listAt(container, 'ports').entries()) {
    const key = `${numberAt(port, 'containerPort')}/${stringAt(port, 'protocol')}/${numberAt(port, 'hostPort') ?? 0}`;
    const before = ports.get(key);
    if (before !== undefined) {
      const [place, first] = [fieldPath(path, 'ports', index), fieldPath(path, 'ports', before)];
      warnings.push(`${place}: duplicate port definition with ${first}`);
    } else ports.set(key, index);
  }
  return warnings;
}

function podWarnings(spec: JsonObject, path: string): string[] {
  const warnings: string[] = [];
  for (const [index, secret] of listAt(spec, 'imagePullSecrets').entries()) {
    if (!stringAt(secret, 'name'))
      warnings.push(`${fieldPath(path, 'imagePullSecrets', index)}.name: invalid empty name ""`);
  }
  for (const field of ['initContainers', 'containers']) {
    for (const [index, container] of listAt(spec, field).entries()) {
      warnings.push(...containerWarnings(container, fieldPath(path, field, index)));
    }
  }
  if ((numberAt(spec, 'terminationGracePeriodSeconds') ?? 0) < 0) {
    const why = 'must be >= 0; negative values are invalid and will be treated as 1';
    warnings.push(`${path}.terminationGracePeriodSeconds: ${why}`);
  }
  return warnings;
}

const podPlaces: Readonly<Record<string, readonly string[]>> = {
  '/pods': ['spec'],
  '/replicationcontrollers': ['spec', 'template', 'spec'],
  'apps/daemonsets': ['spec', 'template', 'spec'],
  'apps/deployments': ['spec', 'template', 'spec'],
  'apps/replicasets': ['spec', 'template', 'spec'],
  'apps/statefulsets': ['spec', 'template', 'spec'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  'batch/jobs': ['spec', 'template', 'spec'],
};

function finalizerWarnings({ metadata: { finalizers = [] } }: KubeObject): string[] {
  return finalizers
    .filter((finalizer) => !finalizer.includes('/'))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name ` +
        'to avoid accidental conflicts with other finalizer writers',
    );
}

/** What is allowed in an object, but probably not meant. */
export function objectWarnings(kind: Kind, object: KubeObject): readonly string[] {
  if (kind.custom !== undefined) return finalizerWarnings(object);
  if (kind.storage === '/services') {
    const headless = stringAt(object, 'spec', 'clusterIP') === 'None';
    const affine = stringAt(object, 'spec', 'sessionAffinity') !== 'None';
    return headless && affine ? ['spec.SessionAffinity is ignored for headless services'] : [];
  }
  const place = podPlaces[kind.storage];
  return place === undefined ? [] : podWarnings(objectAt(object, ...place) ?? {}, place.join('.'));
}
