/**
 * Writes `../generated/kube-schema.json` from a real API server's discovery and OpenAPI v3:
 *
 *     KUBEBUILDER_ASSETS=… node packages/sandbox/src/kube/schema/generate.ts [FOLDER]
 *
 * FOLDER holds the Go module k8s.io/api of the same version (`go mod download -json k8s.io/api@v0.35.4`
 * says where): only Go's own types tell where a zero is kept. Without it the present file's answer stands.
 *
 * What is kept are facts that the sandbox needs to behave alike: kinds with their verbs and
 * subresources, field types, list types with their keys, merge keys, defaults. No descriptions.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { ClusterAccess } from '../../cluster-access.ts';
import { realClusterPrograms, startRealCluster } from '../../real/start-real-cluster.ts';
import { compactSchema, type OpenApiDocument } from './compact-schema.ts';
import { readGoTypes } from './read-go-types.ts';
import type { SchemaData } from './schema-data.ts';

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

/** Which zeros are not kept, as the committed file has it. */
function fromPresentFile(data: SchemaData): (type: string, field: string) => boolean {
  return (type, field) => / \?( |$)/.test(data.types[type]?.[field] ?? '');
}

/** Reads everything that {@link compactSchema} needs and returns the text of the data file. */
export async function generateSchema(
  access: ClusterAccess,
  omitsZero: (type: string, field: string) => boolean,
): Promise<string> {
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
  const schema = compactSchema([core, groups], documents, omitsZero);
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
  const file = new URL('../generated/kube-schema.json', import.meta.url);
  const [goModule] = process.argv.slice(2);
  const omitsZero =
    goModule === undefined
      ? fromPresentFile(JSON.parse(await readFile(file, 'utf8')))
      : await readGoTypes(goModule);
  const cluster = await startRealCluster(programs);
  try {
    await writeFile(file, await generateSchema(cluster, omitsZero));
  } finally {
    await cluster.stop();
  }
}
