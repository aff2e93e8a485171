import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { HostedRepository } from './git-host/hosted-repository.ts';
import { sampleImage, sampleRepository } from './git-host/sample-repository.ts';
import { type GitHost, startGitHost } from './git-host/start-git-host.ts';
import { startDockerHub } from './image-registry/start-docker-hub.ts';
import type { ImageRegistry } from './image-registry/start-image-registry.ts';
import { type KubeApi, startKubeApi } from './kube/start-kube-api.ts';
import type { Deployment, Pod } from './node/objects.ts';
import { isReady, isTerminating } from './node/pods.ts';
import { fluxd } from './node/programs/fluxd.ts';
import { helloWeb } from './node/programs/hello-web.ts';
import type { ImageRule } from './node/programs/image-rules.ts';
import { memcached } from './node/programs/memcached.ts';
import { missingTag } from './node/runtime/image-faults.ts';
import type { LogLine } from './node/runtime/log-buffer.ts';
import { type PodName, type SandboxNode, startNode } from './node/start-node.ts';

export interface WorldOptions {
  /** Multiplies the kubelet's waits for probes and back-off: 1, the default, is as slow as a real one. */
  readonly pace?: number;
  /** How long mounted volumes lag behind a change of their Secret or ConfigMap, in ms; default 1,000. */
  readonly mountDelayMs?: number;
  /** The daemon's script; its source by default. */
  readonly daemon?: string;
  /** Name of the sample repository at the git host; default `sam/flux-demo`. */
  readonly repository?: string;
  /** Further images, or others than the built-in ones. */
  readonly images?: readonly ImageRule[];
  /** Told of what went wrong inside of the sandbox; nothing by default. */
  readonly onProblem?: (problem: unknown) => void;
}

/** A world in one process: a cluster with a node, a git host and an image registry with what the walk-through needs. */
export interface World extends AsyncDisposable {
  readonly api: KubeApi;
  readonly node: SandboxNode;
  readonly gitHost: GitHost;
  readonly repository: HostedRepository;
  /** What is Docker Hub to the daemon's pods; it has the walk-through's images. */
  readonly registry: ImageRegistry;
  /** With this environment a program takes the registry for Docker Hub; the daemon's pods have it. */
  readonly registryEnv: Readonly<Record<string, string>>;
  /** As a user writes it; inside of pods it leads to the sandbox's git host. */
  readonly gitUrl: string;
  /** Path of a kubeconfig for kubectl and fluxctl; inside of a folder of this world. */
  readonly kubeconfig: string;
  /** A folder for whatever is needed while the world is up. */
  readonly folder: string;
  /**
   * Looks again and again until there is something.
   * @param what - for the error: `the tag flux`
   * @throws {Error} after `withinMs`, 30 seconds by default
   */
  waitFor<T>(what: string, look: () => T | undefined | Promise<T | undefined>, withinMs?: number): Promise<T>;
  /** Until a Deployment has finished rolling out, as `kubectl rollout status` sees it. */
  waitForRollout(namespace: string, name: string, withinMs?: number): Promise<void>;
  /** Until one pod of the labels is ready and no other is left. @param labels - `name=flux` */
  waitForPod(namespace: string, labels: string, withinMs?: number): Promise<PodName>;
  /** Until a pod has logged such a line; those that it logged before count too. */
  waitForLog(pod: PodName, pattern: RegExp, withinMs?: number): Promise<string>;
  /** What a pod has logged and goes on to log. */
  logs(pod: PodName, signal: AbortSignal): AsyncIterable<LogLine>;
  /** Ends all processes and removes all files. */
  stop(): Promise<void>;
}

/** The repository's host as pods know it: a name from the daemon's own list of hosts. */
const gitHostName = 'github.com';
const usualWaitMs = 30_000;
const lookEveryMs = 25;

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { repository: repositoryName = 'sam/flux-demo', onProblem = () => {} } = options;
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    // The last that was started is the first to end.
    for (let end = undo.pop(); end !== undefined; end = undo.pop()) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    const removeNow = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', removeNow); // should this process end without asking
    undo.push(async () => {
      process.off('exit', removeNow);
      await rm(folder, { recursive: true, force: true });
    });
    const [api, gitHost] = await Promise.all([startKubeApi(), startGitHost()]);
    undo.push(
      () => api.stop(),
      () => gitHost.stop(),
    );
    const repository = await gitHost.createRepository(repositoryName, sampleRepository);
    const dockerHub = await startDockerHub(folder);
    undo.push(() => dockerHub.stop());
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 });
    const node = await startNode({
      api,
      images: [...(options.images ?? []), ...builtInImages(gitHost, dockerHub.env, options)],
      faultOf: (image) => missingTag(image, dockerHub.registry),
      onProblem,
      ...(options.pace !== undefined && { pace: options.pace }),
      ...(options.mountDelayMs !== undefined && { mountDelayMs: options.mountDelayMs }),
    });
    undo.push(() => node.stop());
    return {
      api,
      node,
      gitHost,
      repository,
      registry: dockerHub.registry,
      registryEnv: dockerHub.env,
      gitUrl: `git@${gitHostName}:${repositoryName}`,
      kubeconfig,
      folder,
      ...waiting(api, node),
      logs: (pod, signal) => node.logs(pod, signal),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function builtInImages(
  gitHost: GitHost,
  registryEnv: Readonly<Record<string, string>>,
  { daemon }: WorldOptions,
): readonly ImageRule[] {
  const path = process.env['PATH'] ?? '';
  const source = fileURLToPath(new URL('../../daemon/src/main.ts', import.meta.url));
  // The image trusts the sandbox's git host, and takes it for the one that users name.
  const knownHosts = gitHost.knownHosts + gitHost.knownHosts.replace(/^\S+/, gitHostName);
  const sshConfig = `Host ${gitHostName}\n  HostName 127.0.0.1\n  Port ${gitHost.port}\n  HostKeyAlias ${gitHostName}\n`;
  return [
    {
      image: /\/(fluxd|flux)$/,
      program: fluxd({
        script: daemon ?? source,
        node: process.execPath,
        env: registryEnv,
        path,
        files: { '/etc/ssh/ssh_known_hosts': knownHosts, '/etc/ssh/ssh_config': sshConfig },
      }),
    },
    { image: 'memcached', program: memcached(path) },
    { image: sampleImage, program: helloWeb },
  ];
}

type Waiting = Pick<World, 'waitFor' | 'waitForRollout' | 'waitForPod' | 'waitForLog'>;

function waiting(api: KubeApi, node: SandboxNode): Waiting {
  const client = api.client('sandbox');
  const waitFor: World['waitFor'] = async (what, look, withinMs = usualWaitMs) => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`);
      await wait(lookEveryMs);
    }
  };
  return {
    waitFor,
    async waitForRollout(namespace, name, withinMs) {
      await waitFor(
        `rollout of ${namespace}/${name}`,
        () => {
          const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
          const found = client.get(ref) as Deployment | undefined;
          return found && isRolledOut(found) ? true : undefined;
        },
        withinMs,
      );
    },
    waitForPod: (namespace, labels, withinMs) =>
      waitFor(
        `a pod of ${labels} in ${namespace}`,
        () => {
          const pods = client.list(
            { apiVersion: 'v1', kind: 'Pod' },
            { namespace, labels },
          ) as readonly Pod[];
          const [pod] = pods;
          const isAlone = pods.length === 1 && pod !== undefined && isReady(pod) && !isTerminating(pod);
          return isAlone ? { namespace, name: pod.metadata.name } : undefined;
        },
        withinMs,
      ),
    async waitForLog(pod, pattern, withinMs = usualWaitMs) {
      const signal = AbortSignal.timeout(withinMs);
      for await (const { text } of node.logs(pod, signal)) if (pattern.test(text)) return text;
      throw new Error(
        `${pod.name} has not logged ${pattern}${signal.aborted ? ` within ${withinMs / 1000} s` : ''}`,
      );
    },
  };
}

function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    status?.observedGeneration === metadata.generation &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) === (status?.updatedReplicas ?? 0) &&
    (status?.availableReplicas ?? 0) === (status?.updatedReplicas ?? 0)
  );
}
