import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { createYamlEncoder } from '../manifests/yaml/encode.ts';
import { YamlMap, type YamlNode } from '../manifests/yaml/node.ts';
import type { AllowedNamespaces } from './allowed-namespaces.ts';
import { isStatus } from './api-error.ts';
import type { Discovery } from './discovery.ts';
import type { KubeClient } from './kube-client.ts';
import { isAddOn, type WorkloadObject } from './read-workload.ts';
import { type RetryPorts, withRetries } from './retry.ts';
import { objectPath, type ServedKind } from './served-kinds.ts';
import { workloadApis } from './workload-apis.ts';

export interface ExportPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly namespaces: AllowedNamespaces;
  readonly retry: RetryPorts;
}

/** Each namespace and then its workloads, whole, as YAML of many documents; empty without namespaces. */
export async function exportWorkloads(ports: ExportPorts, signal: AbortSignal): Promise<string> {
  await ports.namespaces.check(signal);
  const namespaces = await listNamespaces(ports, signal);
  const lists = await Promise.all(
    workloadApis.map(async ({ served }) => {
      for (const [apiVersion, kind] of served) {
        const found = await ports.discovery.find(apiVersion, kind, signal);
        if (found) return listAll(found, ports, signal);
      }
      return [];
    }),
  );
  const byNamespace = Map.groupBy(
    lists.flat().filter((object) => !isAddOn(metadataOf(object))),
    (object) => metadataOf(object).namespace ?? '',
  );
  const encoder = createYamlEncoder();
  const write = (object: JsonObject): string =>
    `---\n${Buffer.from(encoder.encode(toYaml(object))).toString('utf8')}`;
  return namespaces
    .flatMap((namespace) => [namespace, ...(byNamespace.get(metadataOf(namespace).name) ?? [])])
    .map(write)
    .join('');
}

async function listNamespaces(ports: ExportPorts, signal: AbortSignal): Promise<JsonObject[]> {
  const { client, retry } = ports;
  const kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
  const [first] = ports.namespaces.of({ namespaced: true });
  if (first === undefined) return listAll(kind, ports, signal);
  const found = await Promise.all(
    ports.namespaces.of({ namespaced: true }).map(async (name) => {
      const path = objectPath(kind, undefined, name);
      try {
        const ask = () => client.request({ method: 'GET', path }, signal);
        return [(await withRetries(ask, retry, signal)).body];
      } catch (error) {
        if (isStatus(error, 404) || isStatus(error, 403)) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

/** What may not be listed is left out. */
async function listAll(
  kind: Pick<ServedKind, 'apiVersion' | 'kind' | 'plural' | 'namespaced'>,
  { client, namespaces, retry }: ExportPorts,
  signal: AbortSignal,
): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (const namespace of namespaces.of(kind)) {
    let token = '';
    do {
      const query: Record<string, string> = { limit: '500', ...(token === '' ? {} : { continue: token }) };
      const path = objectPath(kind, namespace);
      try {
        const ask = () => client.request({ method: 'GET', path, query }, signal);
        const { body } = await withRetries(ask, retry, signal);
        // Items of a list do not say what they are.
        const items = (body['items'] ?? []) as JsonObject[];
        for (const item of items) all.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind });
        token = ((body['metadata'] ?? {}) as { continue?: string }).continue ?? '';
      } catch (error) {
        if (!isStatus(error, 403)) throw error;
        token = '';
      }
    } while (token !== '');
  }
  return all;
}

function metadataOf(object: JsonObject): WorkloadObject['metadata'] {
  return object['metadata'] as unknown as WorkloadObject['metadata'];
}

function toYaml(value: JsonValue): YamlNode {
  if (Array.isArray(value)) return value.map(toYaml);
  if (typeof value !== 'object' || value === null) return value;
  return new YamlMap(Object.keys(value), Object.values(value).map(toYaml));
}
