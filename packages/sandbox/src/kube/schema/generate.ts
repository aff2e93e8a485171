/**
 * Writes `../generated/kube-schema.json` from a real API server's discovery and OpenAPI v3:
 *
 *     KUBEBUILDER_ASSETS=… node packages/sandbox/src/kube/schema/generate.ts
 *
 * What is kept are facts that the sandbox needs to behave alike: kinds with their verbs and
 * subresources, field types, list types with their keys, merge keys, defaults. No descriptions.
 */
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { ClusterAccess } from '../../cluster-access.ts';
import { realClusterPrograms, startRealCluster } from '../../real/start-real-cluster.ts';
import { compactSchema, type OpenApiDocument } from './compact-schema.ts';

const discoveryType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

async function getJson(access: ClusterAccess, path: string, accept = 'application/json'): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const headers = { authorization: `Bearer ${access.token}`, accept };
  request(new URL(path, access.server), { ca: access.ca, headers }, (response) => {
    response.setEncoding('utf8');
    response
      .toArray()
      .then((chunks) => resolve(JSON.parse(chunks.join(''))))
      .catch(reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

/** Reads everything that {@link compactSchema} needs and returns the text of the data file. */
export async function generateSchema(access: ClusterAccess): Promise<string> {
  const core = await getJson(access, '/api', discoveryType);
  const groups = await getJson(access, '/apis', discoveryType);
  const index = (await getJson(access, '/openapi/v3')) as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  const documents: OpenApiDocument[] = [];
  for (const [path, { serverRelativeURL }] of Object.entries(index.paths)) {
    if (path !== 'api/v1' && !/^apis\/[^/]+\/[^/]+$/.test(path)) continue;
    documents.push((await getJson(access, serverRelativeURL)) as OpenApiDocument);
  }
  const schema = compactSchema([core, groups], documents);
  // One line a kind and a type: small, and a new Kubernetes version shows as a readable difference.
  const lines = (entries: readonly string[]) => entries.join(',\n');
  const kinds = lines(schema.kinds.map((kind) => JSON.stringify(kind)));
  const types = lines(
    Object.entries(schema.types).map(([name, fields]) => `${JSON.stringify(name)}:${JSON.stringify(fields)}`),
  );
  return `{"kinds":[\n${kinds}\n],\n"types":{\n${types}\n}}\n`;
}

if (import.meta.main) {
  const programs = realClusterPrograms();
  if (programs === undefined)
    throw new Error('set KUBEBUILDER_ASSETS to a folder with kube-apiserver and etcd');
  const cluster = await startRealCluster(programs);
  try {
    await writeFile(new URL('../generated/kube-schema.json', import.meta.url), await generateSchema(cluster));
  } finally {
    await cluster.stop();
  }
}
