import type { JsonObject } from '@fluxctl/shared/kube-object';
import { createEventRecorder, type EventRecorder } from '../../src/events/recorder.ts';
import { toLogfmt } from '../../src/log/logfmt.ts';
import type { LogFields, Logger } from '../../src/log/logger.ts';
import type { AppliedChanges } from '../../src/manifests/applied-changes.ts';
import { syncSetName } from '../../src/manifests/mark.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { tagMarker } from '../../src/reconcile/marker.ts';
import type { SourcePorts } from '../../src/reconcile/pass-ports.ts';
import { createPasses, type Passes } from '../../src/reconcile/run-pass.ts';
import type { SourceConfig } from '../../src/reconcile/source-config.ts';
import type { SyncReport } from '../../src/reconcile/sync-report.ts';
import { createWaitingRoom, type ObjectWaits } from '../../src/reconcile/waiting-room.ts';
import { createFakeCluster, type FakeCluster } from './fake-cluster.ts';
import { createFakeRepository, type FakeRepository } from './fake-repository.ts';

/** A source with everything around it in memory, and a clock that stands still unless it is moved. */
export interface World {
  readonly repository: FakeRepository;
  readonly cluster: FakeCluster;
  readonly config: SourceConfig;
  readonly ports: SourcePorts;
  readonly metrics: Metrics;
  readonly events: EventRecorder;
  /** What passes told of, oldest first. */
  readonly applied: readonly AppliedChanges[];
  /** Lines in logfmt, without time and place. */
  readonly lines: string[];
  passes: Passes;
  waits: ObjectWaits;
  /** In milliseconds. */
  clock: number;
  /** A full pass at the head. */
  sync(options?: { readonly retryNow?: boolean }): Promise<SyncReport>;
  /** As a new process would begin. */
  restart(): void;
}

export function createWorld(
  options: Partial<SourceConfig> = {},
  cluster: FakeCluster = createFakeCluster(),
): World {
  const repository = createFakeRepository();
  const lines: string[] = [];
  const log = memoryLogger(lines);
  const metrics = createMetrics();
  const events = createEventRecorder(log, 100);
  const applied: AppliedChanges[] = [];
  const config: SourceConfig = {
    name: 'default',
    branch: 'master',
    paths: [],
    setName: syncSetName(repository.safeUrl, 'master', options.paths ?? []),
    readonly: false,
    notesRef: 'refs/notes/flux',
    syncIntervalMs: 300_000,
    syncTimeoutMs: 60_000,
    garbageCollection: 'on',
    allowedNamespaces: [],
    defaultNamespace: 'default',
    ...options,
  };
  const ports: SourcePorts = {
    repository,
    loader: repository.loader,
    cluster,
    marker: tagMarker(repository, 'flux-sync'),
    events,
    onApplied: async (changes) => void applied.push(changes),
    metrics,
    log,
    now: () => world.clock,
    random: () => 0.5,
  };
  const fresh = () => {
    const waits = createWaitingRoom({ now: ports.now, random: ports.random, capMs: config.syncIntervalMs });
    return { waits, passes: createPasses(config, ports, waits) };
  };
  const world: World = {
    applied,
    repository,
    cluster,
    config,
    ports,
    metrics,
    events,
    lines,
    clock: 1_000_000,
    ...fresh(),
    async sync({ retryNow = false } = {}) {
      const signal = AbortSignal.timeout(10_000);
      const revision = await repository.head(signal);
      return world.passes.full({ revision, retryNow }, signal, () => {});
    },
    restart() {
      Object.assign(world, fresh());
    },
  };
  return world;
}

export function memoryLogger(lines: string[]): Logger {
  const withContext = (context: LogFields): Logger => ({
    log: (fields) => void lines.push(toLogfmt({ ...context, ...fields })),
    with: (more) => withContext({ ...context, ...more }),
  });
  return withContext({});
}

export function object(
  kind: string,
  name: string,
  more: {
    readonly namespace?: string;
    readonly annotations?: Record<string, string>;
    readonly spec?: JsonObject;
  } = {},
): JsonObject {
  const { namespace, annotations, spec } = more;
  return {
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(spec === undefined ? {} : { spec }),
  };
}
