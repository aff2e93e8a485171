import type { HostedRepository } from '@fluxctl/sandbox/git-host/hosted-repository';
import { type GitHost, startGitHost } from '@fluxctl/sandbox/git-host/start-git-host';
import { type ImageRegistry, startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import type { Bench } from '../bench.ts';
import { type BenchCluster, startBenchCluster } from './cluster.ts';
import { createFluxd, type Fluxd } from './fluxd.ts';
import type { Kube } from './kube.ts';
import {
  type BenchObject,
  benchObjects,
  collectionPath,
  collections,
  filesOf,
  type ObjectOptions,
} from './objects.ts';

/** A cluster, a git host and a registry, where daemons come and go. */
export interface Stage extends AsyncDisposable {
  readonly cluster: BenchCluster;
  readonly host: GitHost;
  /** Has the images that Deployments run unless they are given others. */
  readonly registry: ImageRegistry;
  /** A namespace, objects for it that are not there yet, a repository that has them, and a daemon that does not run yet. */
  setUp(options: SetUpOptions): Promise<Scene>;
  /** A namespace by itself. */
  addNamespace(): Promise<string>;
  /** Deletes the objects of the bench in a namespace. */
  clear(namespace: string): Promise<void>;
}

export interface SetUpOptions extends Omit<ObjectOptions, 'namespace' | 'filesPerFolder'> {
  readonly filesPerFolder?: 1 | 100;
  /** Further flags of the daemon. */
  readonly args?: readonly string[];
}

export interface Scene extends AsyncDisposable {
  readonly namespace: string;
  readonly objects: readonly BenchObject[];
  readonly repository: HostedRepository;
  readonly fluxd: Fluxd;
  /**
   * Of a daemon that was started: waits until its first pass has applied everything.
   * @param from - the place in the log where it starts
   * @returns milliseconds from the end of the clone to the last answer
   */
  firstSync(from: number): Promise<number>;
}

const images = 50;
const tags = Array.from({ length: 19 }, (_, index) => `1.0.${index + 1}`);

export async function openStage({ bundles, signal }: Bench): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const cluster = undo.use(await startBenchCluster());
  const host = undo.use(await startGitHost({ anyKey: true }));
  const registry = undo.use(await startImageRegistry());
  for (let image = 0; image < images; image += 1) {
    registry.addImage(`team/app-${image}`, '1.0.0');
    registry.addTags(`team/app-${image}`, tags, '1.0.0');
  }
  const { kube } = cluster;
  let serial = 0;

  const addNamespace = async (): Promise<string> => {
    const name = `bench-${serial++}`;
    await kube.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return name;
  };
  const clear = async (namespace: string): Promise<void> => {
    for (const kind of Object.keys(collections) as BenchObject['kind'][]) {
      await deleteAll(kube, collectionPath(kind, namespace), signal);
    }
  };
  const finish = undo.move();

  return {
    cluster,
    host,
    registry,
    addNamespace,
    clear,
    async setUp({ args = [], filesPerFolder = 1, ...options }) {
      const namespace = await addNamespace();
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'flux-git-deploy' } };
      await kube.create(`/api/v1/namespaces/${namespace}/secrets`, secret);
      const image = (index: number): string => `${registry.host}/team/app-${index % images}:1.0.0`;
      const objects = benchObjects({ image, ...options, filesPerFolder, namespace });
      const repository = await host.createRepository(`bench/${namespace}`, filesOf(objects));
      const fluxd = await createFluxd({
        bundle: bundles.fluxd,
        kubeconfig: cluster.kubeconfig,
        knownHosts: host.knownHosts,
        signal,
        args: [
          `--git-url=${repository.url}`,
          '--git-branch=master',
          '--git-label=flux',
          '--git-poll-interval=10h',
          '--sync-interval=10h',
          `--k8s-namespace=${namespace}`,
          `--k8s-default-namespace=${namespace}`,
          '--sync-garbage-collection',
          '--registry-insecure-host=127.0.0.1',
          '--registry-rps=1000',
          ...args,
        ],
      });
      return {
        namespace,
        objects,
        repository,
        fluxd,
        async firstSync(from) {
          const end = await fluxd.log.line(/ cmd="server-side apply" /, from, signal);
          if (!/ err=null /.test(end.text)) throw new Error(`not all was applied:\n${fluxd.log.tail(from)}`);
          const begin = fluxd.log.find(/ event=cloned /, from);
          await fluxd.log.line(/ state="tag flux" /, from, signal);
          return end.at - (begin?.at ?? Number.NaN);
        },
        async [Symbol.asyncDispose]() {
          await fluxd[Symbol.asyncDispose]();
          await clear(namespace);
        },
      };
    },
    [Symbol.asyncDispose]: () => finish.disposeAsync(),
  };
}

/** Of thousands of objects the API server deletes as many as a minute lets it, and is asked again for the rest. */
async function deleteAll(kube: Kube, path: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await kube.send({ method: 'DELETE', path });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!/: 504 /.test(String(error))) throw error;
    }
  }
}
