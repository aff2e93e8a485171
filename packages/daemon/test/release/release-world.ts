import type { FileChanges } from '@fluxctl/sandbox/git-host/fast-import';
import type { JobStatus } from '@fluxctl/shared/api/types';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { resourceIdParts } from '@fluxctl/shared/resource/resource-id';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { readWorkload } from '../../src/cluster/read-workload.ts';
import { type WorkloadKind, workloadKinds } from '../../src/cluster/workload-status.ts';
import { createJobQueue } from '../../src/jobs/job-queue.ts';
import { createManifestLoader } from '../../src/manifests/loader.ts';
import { tagMarker } from '../../src/reconcile/marker.ts';
import { createSource } from '../../src/reconcile/source.ts';
import type { SourceConfig } from '../../src/reconcile/source-config.ts';
import type { ImageRegistry } from '../../src/registry/image-registry.ts';
import { noImages } from '../../src/registry/no-images.ts';
import { createUpdates, type Updates } from '../../src/release/updates.ts';
import { type ApiWorld, serveApi } from '../fakes/api.ts';
import { createFakeCluster, type FakeCluster } from '../fakes/fake-cluster.ts';
import { type Known, knownImages } from '../fakes/known-images.ts';
import { createWorld, type World } from '../fakes/world.ts';
import { update } from '../front-door/update.ts';
import { createGitWorld, type GitWorld, until, untilState } from '../git/git-world.ts';

export type Registries = Readonly<Record<string, Readonly<Record<string, Known>>>>;

/** The daemon's rooms over real git and HTTP, with a cluster and registries in memory. */
export interface ReleaseWorld extends AsyncDisposable {
  readonly git: GitWorld;
  readonly world: World;
  readonly cluster: FakeCluster;
  readonly updates: Updates;
  readonly ask: ApiWorld['ask'];
  readonly askRoot: ApiWorld['askRoot'];
  /** What the registries hold; may be changed. */
  images: Registries;
  /** What happens when somebody asks for what is lacking; as a rule, nothing. */
  onAsked: () => Promise<void> | void;
  /** How often a commit automated something. */
  readonly automated: () => number;
  /** Answers as JSON. @throws with the status and the body of an error */
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** Sends an update and waits for its end. */
  update(type: string, spec: unknown, cause?: { Message: string; User: string }): Promise<Done>;
  /** Waits until the cluster has what git has. */
  synced(): Promise<string>;
}

type Done = JobStatus & { readonly id: string };

export interface ReleaseWorldOptions {
  readonly files: FileChanges;
  readonly images?: Registries;
  readonly config?: Partial<SourceConfig>;
}

export async function createReleaseWorld(options: ReleaseWorldOptions): Promise<ReleaseWorld> {
  const { files, config = {} } = options;
  const git = await createGitWorld(files);
  git.remote.addDeployKey(git.publicKey, 'write');
  const repository = await git.follow({ readonly: config.readonly ?? false });
  const cluster = withWorkloads(createFakeCluster());
  const world = createWorld(config, cluster);
  const ports = {
    ...world.ports,
    repository,
    loader: createManifestLoader({ reader: repository }),
    marker: tagMarker(repository, 'flux-sync'),
    now: Date.now,
  };
  const source = createSource(world.config, ports);
  const { metrics, log } = ports;
  const jobs = createJobQueue({ remembered: 100, timeoutMs: 60_000, metrics, log });
  let automated = 0;
  const images: ImageRegistry = {
    ...noImages('nothing is scanned'),
    imagesOf: (name) => knownImages(made.images).imagesOf(name),
    async fetchTags(name) {
      await made.onAsked();
      return knownImages(made.images).imagesOf(name);
    },
  };
  const updates = createUpdates(
    { ...world.config, setAuthor: false },
    {
      ...ports,
      definitions: { at: source.definitionsAt },
      images,
      onAutomated: () => {
        automated += 1;
      },
    },
  );
  const server = await serveApi({
    version: '0.1.0',
    cluster,
    sources: [source],
    jobs,
    updates,
    deployKey: { publicKey: () => ({ key: '', fingerprints: null }), regenerate: async () => {} },
    images,
    scanning: true,
    rollouts: { latest: () => undefined, recent: () => [] },
    freeze: undefined,
    now: () => new Date(),
    metrics,
    log,
  });
  const stop = new AbortController();
  const running = Promise.all([source.run(stop.signal, stop.signal), jobs.run(stop.signal, stop.signal)]);

  const call = async (path: string, request: { method?: string; body?: string } = {}) => {
    const { status, text } = await server.ask(path, request);
    if (status >= 400) throw new Error(`${status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const made: ReleaseWorld = {
    git,
    world,
    cluster,
    updates,
    ask: server.ask,
    askRoot: server.askRoot,
    images: options.images ?? {},
    onAsked: () => {},
    automated: () => automated,
    get: (path) => call(path),
    post: (path, body) => call(path, { method: 'POST', body: JSON.stringify(body) }),
    update: (type, spec, cause) => update(made, type, spec, cause),
    async synced() {
      let head = '';
      await until(async () => {
        head = await git.remote.head();
        return (await git.remote.tag('flux-sync'))?.revision === head;
      }, 'the sync');
      return head;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server[Symbol.asyncDispose]();
      await running;
      await git[Symbol.asyncDispose]();
    },
  };
  await untilState(repository, 'ready');
  await made.synced();
  return made;
}

/** Tells workloads by what was applied, as a real cluster does. */
function withWorkloads(cluster: FakeCluster): FakeCluster {
  for (const kind of ['DaemonSet', 'StatefulSet', 'CronJob', 'HelmRelease']) cluster.serve(kind);
  const workloads: Cluster['workloads'] = async ({ namespace, ids }) =>
    (cluster.ids() as ResourceId[]).flatMap((id) => {
      const { kind, namespace: home } = resourceIdParts(id);
      const body = cluster.body(id);
      if (!body || !workloadKinds.includes(kind as WorkloadKind)) return [];
      if ((namespace && home !== namespace) || (ids && !ids.includes(id))) return [];
      return readWorkload(kind as WorkloadKind, body) ?? [];
    });
  return Object.assign(cluster, { workloads });
}
