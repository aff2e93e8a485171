import type { JsonObject } from '@fluxctl/shared/kube-object';
import { dump } from 'js-yaml';
import { isStatus } from './api-error.ts';
import { type Discovery, objectPath } from './discovery.ts';
import type { KubeClient } from './kube-client.ts';

export interface ExportPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly allowedNamespaces: readonly string[];
}

const kinds: readonly [apiVersion: string, kind: string][] = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'StatefulSet'],
  ['batch/v1', 'CronJob'],
  ['helm.fluxcd.io/v1', 'HelmRelease'],
];

/** Each namespace and then its workloads, whole, as YAML of many documents. */
export async function exportWorkloads(ports: ExportPorts, signal: AbortSignal): Promise<string> {
  const documents: string[] = [];
  for (const namespace of await namespacesOf(ports, signal)) {
    documents.push(document(namespace, 'v1', 'Namespace'));
    const { name } = namespace['metadata'] as { name: string };
    for (const [apiVersion, kind] of kinds) {
      const served = await ports.discovery.find(apiVersion, kind, signal);
      if (!served) continue;
      const objects = await list(ports.client, objectPath(served, name), signal);
      documents.push(...objects.map((object) => document(object, apiVersion, kind)));
    }
  }
  return documents.join('');
}

async function namespacesOf(ports: ExportPorts, signal: AbortSignal): Promise<JsonObject[]> {
  if (ports.allowedNamespaces.length === 0) return list(ports.client, '/api/v1/namespaces', signal);
  const found = await Promise.all(
    ports.allowedNamespaces.map((name) =>
      ports.client
        .request({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(name)}` }, signal)
        .then(({ body }) => [body])
        .catch((error: unknown) => {
          if (isStatus(error, 404) || isStatus(error, 403)) return [];
          throw error;
        }),
    ),
  );
  return found.flat();
}

async function list(client: KubeClient, path: string, signal: AbortSignal): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  let token = '';
  do {
    const query: Record<string, string> = { limit: '500', ...(token === '' ? {} : { continue: token }) };
    try {
      const { body } = await client.request({ method: 'GET', path, query }, signal);
      all.push(...((body['items'] ?? []) as JsonObject[]));
      token = ((body['metadata'] ?? {}) as { continue?: string }).continue ?? '';
    } catch (error) {
      if (isStatus(error, 403)) return all;
      throw error;
    }
  } while (token !== '');
  return all;
}

/** Items of a list do not say what they are. */
function document(object: JsonObject, apiVersion: string, kind: string): string {
  return `---\n${dump({ ...object, apiVersion, kind }, { lineWidth: -1, noRefs: true })}`;
}
