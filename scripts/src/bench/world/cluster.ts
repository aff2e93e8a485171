import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import { startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { realClusterPrograms, startRealCluster } from '@fluxctl/sandbox/real/start-real-cluster';
import { createKube, type Kube } from './kube.ts';
import { widgetDefinition } from './objects.ts';

/** A request that the API server has answered, as far as counting goes. */
export interface SeenRequest {
  /** `get`, `list`, `watch`, `patch`, … */
  readonly verb: string;
  readonly path: string;
}

/** Watches count too. */
export function isReading({ verb }: SeenRequest): boolean {
  return verb === 'get' || verb === 'list' || verb === 'watch';
}

/** `2 list /api/v1/pods, 1 patch …`; as few as are to be expected. */
export function printRequests(requests: readonly SeenRequest[]): string {
  const counts = new Map<string, number>();
  for (const { verb, path } of requests) {
    const name = `${verb} ${path.split('?')[0]}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .slice(0, 5)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

/** An API server that tells who asked it for what; nothing is done about the objects that it keeps. */
export interface BenchCluster extends AsyncDisposable {
  readonly access: ClusterAccess;
  /** The daemon's, by which its requests are told from others. */
  readonly kubeconfig: string;
  /** An administrator's hands. */
  readonly kube: Kube;
  /** What the daemon has asked for since the last time. */
  takeRequests(): Promise<readonly SeenRequest[]>;
}

/** With the custom kind of the bench. */
export async function startBenchCluster(): Promise<BenchCluster> {
  const programs = realClusterPrograms();
  const cluster = programs === undefined ? await startSandbox() : await startReal(programs);
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await cluster.kube.create(definitions, widgetDefinition);
  for (;;) {
    try {
      await cluster.kube.send({ method: 'GET', path: '/apis/bench.example.com/v1/widgets' });
      return cluster;
    } catch {
      await sleep(50);
    }
  }
}

const hands = 16;
const daemon = 'fluxd';

async function startSandbox(): Promise<BenchCluster> {
  const api = await startKubeApi();
  const kube = createKube(api, hands);
  const token = api.addUser({ name: daemon, groups: ['system:masters', 'system:authenticated'] });
  return {
    access: api,
    kubeconfig: api.kubeconfigOf(token),
    kube,
    async takeRequests() {
      const seen = api.requests.all({ user: daemon });
      api.requests.clear();
      return seen.map(({ verb, url }) => ({ verb, path: url }));
    },
    async [Symbol.asyncDispose]() {
      kube.close();
      await api.stop();
    },
  };
}

async function startReal(programs: string): Promise<BenchCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-audit-'));
  const [policy, log] = [join(folder, 'policy.json'), join(folder, 'audit.log')];
  // Everybody's requests, so that everybody pays for it.
  const rules = [{ level: 'Metadata' }];
  const omitStages = ['RequestReceived'];
  await writeFile(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }),
  );
  const access = await startRealCluster(programs, {
    withControllers: false,
    apiServerFlags: [
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${log}`,
      // In megabytes; a log that is cut could not be counted.
      '--audit-log-maxsize=10000',
    ],
  });
  const kube = createKube(access, hands);
  let offset = 0;
  let fences = 0;
  return {
    access,
    kubeconfig: access.kubeconfig,
    kube,
    async takeRequests() {
      // What was answered before this is in the log when this is.
      const userAgent = `fence-${fences++}`;
      await kube.send({ method: 'GET', path: '/version', userAgent });
      let text = '';
      while (!text.includes(`"userAgent":"${userAgent}"`)) {
        const lines = await linesFrom(log, offset);
        offset += Buffer.byteLength(lines);
        text += lines;
        if (lines === '') await sleep(10);
      }
      return text.split('\n').flatMap(readAudit);
    },
    async [Symbol.asyncDispose]() {
      kube.close();
      await access.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a file holds from a place on, as far as its lines are whole. */
async function linesFrom(path: string, offset: number): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = Buffer.alloc(size - offset);
  await file.read(bytes, 0, bytes.length, offset);
  return bytes.subarray(0, bytes.lastIndexOf('\n') + 1).toString();
}

function readAudit(line: string): SeenRequest[] {
  if (!line.includes(`"userAgent":"${daemon}"`)) return [];
  const { verb, requestURI, stage } = JSON.parse(line) as Record<'verb' | 'requestURI' | 'stage', string>;
  // Of a watch the beginning is what counts, of others the end.
  return (stage === 'ResponseStarted') === (verb === 'watch') ? [{ verb, path: requestURI }] : [];
}
