import type { CommitSha } from '../git/repository.ts';
import { createBreather } from '../waiting/breather.ts';
import { createAnnouncer } from './announcer.ts';
import { type Collected, collectGarbage } from './collect-garbage.ts';
import { createDefinitionStore, type DefinitionStore, type Definitions } from './definitions.ts';
import { failureList, problemOutcomes } from './outcomes.ts';
import type { SourcePorts } from './pass-ports.ts';
import { createObjectReconciler } from './reconcile-objects.ts';
import type { SourceConfig } from './source-config.ts';
import { createSyncPosition } from './sync-position.ts';
import type { Outcome, SyncReport } from './sync-report.ts';
import { createDefinitionTeller } from './tell-definitions.ts';
import type { ObjectWaits } from './waiting-room.ts';
import type { ObjectKey } from './wanted.ts';

export interface PassRequest {
  readonly revision: CommitSha;
  /** Objects that failed are tried at once, whatever their wait. */
  readonly retryNow: boolean;
}

/** Says what is being done just now. */
export type Progress = (doing: string) => void;

/** The passes of one source; one at a time. */
export interface Passes {
  /**
   * Loads a revision, so that a full pass finds it loaded; what our watches have told by then is compared on
   * the way.
   */
  prepare(revision: CommitSha, signal: AbortSignal): Promise<void>;
  /**
   * Brings the cluster to a revision and moves the marker. What fails for one object is an outcome;
   * what ends the pass rejects.
   */
  full(request: PassRequest, signal: AbortSignal, progress: Progress): Promise<SyncReport>;
  /** Looks at some objects again, which were changed in the cluster or failed before. */
  partial(
    keys: Iterable<ObjectKey>,
    signal: AbortSignal,
    progress: Progress,
  ): Promise<SyncReport | undefined>;
  /** What the latest pass brought to the cluster. */
  readonly current: Definitions | undefined;
  readonly definitions: DefinitionStore;
}

export function createPasses(config: SourceConfig, ports: SourcePorts, waits: ObjectWaits): Passes {
  const { repository, cluster, metrics } = ports;
  const daemon = ports.log.with({ component: 'daemon' });
  const apply = ports.log.with({ method: 'Sync' });
  const definitions = createDefinitionStore(config, ports);
  const objects = createObjectReconciler({ cluster, waits, log: apply });
  const position = createSyncPosition(ports.marker, repository, ports.log);
  const announcer = createAnnouncer(config, ports);
  const tell = createDefinitionTeller(ports.log);
  let current: Definitions | undefined;
  let report: SyncReport | undefined;
  /** What is watched, and whether a kind of it was not served yet. */
  let followed: { readonly kinds: string; readonly missing: boolean } | undefined;

  /** Watches the kinds of git; makes no request when they are watched already. */
  async function follow(now: Definitions, signal: AbortSignal): Promise<void> {
    const kinds = now.kinds.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).join('\n');
    if (followed?.kinds === kinds && !followed.missing) return;
    await cluster.live.follow(now.kinds, signal);
    const scopes = await Promise.all(
      now.kinds.map(({ apiVersion, kind }) => cluster.scope(apiVersion, kind, signal)),
    );
    followed = { kinds, missing: scopes.some(({ found }) => !found) };
  }

  async function collect(now: Definitions, signal: AbortSignal, progress: Progress): Promise<Collected> {
    if (config.garbageCollection === 'off') return { outcomes: [], waiting: new Set() };
    return collectGarbage(config, now, { cluster, waits, log: ports.log }, signal, progress);
  }

  function keep(next: SyncReport, attempted: readonly Outcome[]): SyncReport {
    const failed = attempted.filter(isFailure);
    if (failed.length > 0) daemon.log({ err: failureList(failed) });
    const present = next.outcomes.filter(({ action }) => presentActions.has(action)).length;
    metrics.syncManifests(present, next.outcomes.filter(isFailure).length);
    report = next;
    return next;
  }

  return {
    definitions,
    get current() {
      return current;
    },

    async prepare(revision, signal) {
      await definitions.at(revision, signal, objects.confirmParsed);
    },

    async full({ revision, retryNow }, signal, progress) {
      const startedAt = new Date(ports.now());
      const breathe = createBreather();
      progress('reading the sync marker');
      const mark = await position.read(revision, signal);
      daemon.log({ info: 'trying to sync git changes to the cluster', old: mark ?? '', new: revision });

      progress('loading manifests');
      const now = await definitions.at(revision, signal, objects.confirmParsed);
      await breathe();
      tell(now);

      progress('looking at the cluster');
      await follow(now, signal);
      if (retryNow) waits.release();
      const results = await objects.reconcile(now, now.wanted, signal, progress);
      // Kinds that this very pass brought to the cluster can be watched only now.
      if (followed?.missing) await follow(now, signal);
      await breathe();
      const garbage = await collect(now, signal, progress);
      await breathe();
      waits.retain((key) => now.byKey.has(key) || garbage.waiting.has(key));
      current = now;

      await breathe();
      const attempted = [...results.attempted, ...garbage.outcomes];
      if (attempted.length === 0) {
        apply.log({ info: 'nothing to do: the cluster is as git has it', objects: now.wanted.length });
      }
      const outcomes = [...now.problems.flatMap(problemOutcomes), ...results.outcomes, ...garbage.outcomes];
      const endedAt = new Date(ports.now());
      const done = keep({ revision, startedAt, endedAt, outcomes, error: undefined }, attempted);

      await breathe();
      progress('recording what was done');
      const range = { ...(mark ? { from: mark } : {}), to: revision };
      const commits = mark === revision ? [] : await repository.log(range, config.paths, signal);
      const failures = outcomes.filter(isFailure);
      await announcer.announce({ now, mark, commits, failures, startedAt }, signal);
      progress('moving the sync marker');
      await position.move(revision, mark, signal);
      return done;
    },

    async partial(keys, signal, progress) {
      const now = current;
      if (!now || !report) return undefined;
      const some = [...keys].flatMap((key) => now.byKey.get(key) ?? []);
      const results = await objects.reconcile(now, some, signal, progress);
      const touched = new Set(some.map(({ id }) => id));
      const others = report.outcomes.filter(({ id }) => id === undefined || !touched.has(id));
      return keep({ ...report, outcomes: [...others, ...results.outcomes] }, results.attempted);
    },
  };
}

const presentActions: ReadonlySet<Outcome['action']> = new Set(['created', 'configured', 'unchanged']);

function isFailure({ action }: Outcome): boolean {
  return action === 'failed';
}
