// Takes kubectl's place in the demo where it is not installed: the commands that the walk-through types, and
// no others, against the sandbox's API.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { load, loadAll } from 'js-yaml';
import { KubeRequests } from './kube-requests.ts';

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status: Partial<
    Record<'observedGeneration' | 'updatedReplicas' | 'replicas' | 'availableReplicas', number>
  >;
}

const resources: Readonly<Record<string, string>> = {
  ns: '/api/v1/namespaces',
  pod: '/api/v1/namespaces/NS/pods',
  pods: '/api/v1/namespaces/NS/pods',
  svc: '/api/v1/namespaces/NS/services',
  deployment: '/apis/apps/v1/namespaces/NS/deployments',
};

const kinds: Readonly<Record<string, string>> = {
  Secret: '/api/v1/namespaces/NS/secrets',
  Service: '/api/v1/namespaces/NS/services',
  ServiceAccount: '/api/v1/namespaces/NS/serviceaccounts',
  Deployment: '/apis/apps/v1/namespaces/NS/deployments',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
};

const rolloutLimitMs = 180_000;

async function main(args: readonly string[]): Promise<void> {
  const { words, namespace } = readWords(args);
  const api = new KubeRequests(load(readFileSync(process.env.KUBECONFIG ?? '', 'utf8')));
  const [verb, ...rest] = words;
  switch (`${verb} ${rest[0]}`) {
    case 'create ns':
      return createNamespace(api, rest[1] ?? '');
    case 'apply -f':
      return apply(api, await text(process.stdin));
    case 'rollout status':
      return followRollout(api, namespace, (rest[1] ?? '').replace(/^deployment\//, ''));
    default:
  }
  if (verb === 'get') return showTable(api, namespace, rest[0] ?? '', rest[1]);
  throw new Error(`this stand-in for kubectl does not know: ${args.join(' ')}`);
}

/** Namespace and time-out may stand anywhere. */
function readWords(args: readonly string[]): {
  readonly words: readonly string[];
  readonly namespace: string;
} {
  const words: string[] = [];
  let namespace = 'default';
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '-n') namespace = args[++at] ?? '';
    else if (!word.startsWith('--timeout=')) words.push(word);
  }
  return { words, namespace };
}

async function createNamespace(api: KubeRequests, name: string): Promise<void> {
  await api.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  console.log(`namespace/${name} created`);
}

async function apply(api: KubeRequests, yaml: string): Promise<void> {
  for (const manifest of loadAll(yaml) as (Manifest | null)[]) {
    if (!manifest) continue;
    const { kind, apiVersion, metadata } = manifest;
    const folder = kinds[kind]?.replace('NS', metadata.namespace ?? 'default');
    if (folder === undefined) throw new Error(`this stand-in for kubectl does not apply a ${kind}`);
    const existed = await api.exists(`${folder}/${metadata.name}`);
    const query = 'fieldManager=kubectl&force=true';
    await api.send('PATCH', `${folder}/${metadata.name}?${query}`, manifest, 'application/apply-patch+yaml');
    const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
    console.log(
      `${kind.toLowerCase()}${group}/${metadata.name} ${existed ? 'serverside-applied' : 'created'}`,
    );
  }
}

async function followRollout(api: KubeRequests, namespace: string, name: string): Promise<void> {
  const deadline = performance.now() + rolloutLimitMs;
  let said = '';
  while (performance.now() < deadline) {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
    const { metadata, spec, status } = (await api.send('GET', path)) as Deployment;
    const available = status.availableReplicas ?? 0;
    const isCurrent =
      status.observedGeneration === metadata.generation && status.updatedReplicas === spec.replicas;
    if (isCurrent && status.replicas === spec.replicas && available === spec.replicas) {
      return console.log(`deployment "${name}" successfully rolled out`);
    }
    const progress = `Waiting for deployment "${name}" rollout to finish: ${available} of ${spec.replicas} updated replicas are available...`;
    if (progress !== said) console.log(progress);
    said = progress;
    await wait(50);
  }
  throw new Error('timed out waiting for the condition');
}

async function showTable(
  api: KubeRequests,
  namespace: string,
  resource: string,
  name: string | undefined,
): Promise<void> {
  const folder = resources[resource]?.replace('NS', namespace);
  if (folder === undefined) throw new Error(`this stand-in for kubectl does not get ${resource}`);
  const path = name === undefined ? folder : `${folder}/${name}`;
  const table = (await api.table(path)) as Table;
  if (table.rows.length === 0) return console.error(`No resources found in ${namespace} namespace.`);
  const shown = table.columnDefinitions.flatMap(({ priority }, index) => (priority === 0 ? [index] : []));
  const lines = [
    shown.map((index) => (table.columnDefinitions[index]?.name ?? '').toUpperCase()),
    ...table.rows.map(({ cells }) => shown.map((index) => String(cells[index] ?? '<none>'))),
  ];
  const widths = shown.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)) + 3);
  for (const line of lines) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('')
        .trimEnd(),
    );
  }
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
