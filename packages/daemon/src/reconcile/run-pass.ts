import { errorMessage } from '@fluxctl/shared/errors';
import type { SyncMetadata } from '@fluxctl/shared/events/event';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Commit, CommitSha } from '../git/repository.ts';
import { collectGarbage } from './collect-garbage.ts';
import { createDefinitionStore, type DefinitionStore, type Definitions } from './definitions.ts';
import { failureText, problemOutcomes, sourceText } from './outcomes.ts';
import type { SourcePorts } from './pass-ports.ts';
import { createObjectReconciler } from './reconcile-objects.ts';
import { kindKey, kindsOf } from './resolve-wanted.ts';
import type { SourceConfig } from './source-config.ts';
import { syncEvents } from './sync-events.ts';
import type { Outcome, SyncReport } from './sync-report.ts';
import type { ObjectWaits } from './waiting-room.ts';
import type { ObjectKey } from './wanted.ts';

export interface PassRequest {
  readonly revision: CommitSha;
  /** Objects that failed are tried at once, whatever their wait. */
  readonly retryNow: boolean;
}

/** The passes of one source; one at a time. */
export interface Passes {
  /**
   * Brings the cluster to a revision and moves the marker. What fails for one object is an outcome;
   * what ends the pass rejects.
   */
  full(request: PassRequest, signal: AbortSignal, progress: (doing: string) => void): Promise<SyncReport>;
  /** Looks at some objects again, which were changed in the cluster or failed before. */
  partial(
    keys: Iterable<ObjectKey>,
    signal: AbortSignal,
    progress: (doing: string) => void,
  ): Promise<SyncReport | undefined>;
  /** What the latest pass brought to the cluster. */
  readonly current: Definitions | undefined;
  readonly definitions: DefinitionStore;
}

export function createPasses(config: SourceConfig, ports: SourcePorts, waits: ObjectWaits): Passes {
  const { repository, cluster, marker, events, metrics } = ports;
  const daemon = ports.log.with({ component: 'daemon' });
  const loop = ports.log.with({ component: 'sync-loop' });
  const apply = ports.log.with({ method: 'Sync' });
  const definitions = createDefinitionStore(config, ports);
  const objects = createObjectReconciler({ cluster, waits, log: apply });

  let current: Definitions | undefined;
  let report: SyncReport | undefined;
  /** Kinds that are watched, and whether one of them was not served yet. */
  let followed: { readonly kinds: string; readonly missing: boolean } | undefined;
  /** Checksums by id of what was applied last; undefined until the first pass of this process. */
  let lastApplied: ReadonlyMap<ResourceId, string> | undefined;
  /** Revision that this process moved the marker to. */
  let remembered: CommitSha | undefined;
  /** Revision whose events are out, though its marker could not be moved. */
  let announced: CommitSha | undefined;
  let warnedOfSharing = false;
  const told = new Set<string>();

  /** Logs what is wrong in the repository; what was told at the last pass is not told again. */
  function tellProblems(now: Definitions): void {
    const before = new Set(told);
    told.clear();
    for (const problem of now.problems) {
      const text = `${problem.message} (${sourceText(problem.source)})`;
      told.add(text);
      if (before.has(text)) continue;
      if (problem.severity === 'warning') daemon.log({ warning: text });
      else loop.log({ err: `loading resources from repo: ${text}` });
    }
    for (const { id, standing, manifest } of now.wanted) {
      const resource = `${manifest.kind.toLowerCase()}/${manifest.name}`;
      const key = `scope of ${manifest.apiVersion} ${resource}`;
      if (standing.kind !== 'unscoped') {
        if (before.has(key)) ports.log.log({ info: `found scope of resource ${id}, back in business!` });
        continue;
      }
      told.add(key);
      if (before.has(key)) continue;
      ports.log.log({
        warn: `cannot find scope of resource ${resource}: ${standing.reason}`,
        impact: `resource ${resource} will be excluded until its scope is available`,
        source: sourceText(manifest.source),
      });
    }
  }

  function tellLeftOut(now: Definitions): void {
    const excluded = now.wanted.filter(({ standing }) => standing.kind === 'excluded').map(({ id }) => id);
    if (excluded.length > 0) {
      apply.log({
        warning: 'not applying resources; excluded by namespace constraints',
        resources: excluded.sort().join(','),
      });
    }
  }

  /** Watches the kinds of git; makes no request when they are watched already. */
  async function follow(now: Definitions, signal: AbortSignal): Promise<void> {
    const kinds = kindsOf(
      now.wanted.filter(({ standing }) => standing.kind !== 'unscoped').map(({ manifest }) => manifest),
    );
    const key = kinds.map(({ apiVersion, kind }) => kindKey(apiVersion, kind)).join('\n');
    if (followed?.kinds === key && !followed.missing) return;
    await cluster.live.follow(kinds, signal);
    const served = await Promise.all(
      kinds.map(({ apiVersion, kind }) => cluster.scope(apiVersion, kind, signal)),
    );
    followed = { kinds: key, missing: served.some(({ found }) => !found) };
  }

  async function readMarker(revision: CommitSha, signal: AbortSignal): Promise<CommitSha | undefined> {
    if (remembered === revision && !marker.readsLocally) return remembered;
    const mark = await marker.read(signal);
    if (mark === undefined || (await repository.resolve(mark, signal)) !== undefined) return mark;
    daemon.log({
      warning: 'the sync state names a revision that the repository does not have; starting anew',
      state: marker.name,
      revision: mark,
    });
    return undefined;
  }

  async function checksumsAt(mark: CommitSha | undefined, signal: AbortSignal) {
    if (lastApplied) return lastApplied;
    if (!mark) return new Map<ResourceId, string>();
    try {
      return checksums(await createDefinitionStore(config, ports).at(mark, signal));
    } catch (error) {
      signal.throwIfAborted();
      daemon.log({
        warning: 'failed to load last-synced resources. sync event may be inaccurate',
        err: errorMessage(error),
      });
      return new Map<ResourceId, string>();
    }
  }

  async function announce(
    synced: { commits: readonly Commit[]; changed: readonly ResourceId[]; initial: boolean; startedAt: Date },
    errors: readonly Outcome[],
    revision: CommitSha,
    signal: AbortSignal,
  ): Promise<void> {
    if (synced.commits.length === 0 || announced === revision) return;
    const inRange = new Set(synced.commits.map(({ revision }) => revision));
    const notes = await repository.notes(config.notesRef, signal, inRange);
    const { events: all, unexpectedNotes } = syncEvents({
      ...synced,
      notes,
      errors: errors.map(eventError),
      endedAt: new Date(ports.now()),
    });
    if (unexpectedNotes) {
      daemon.log({
        warning: 'no notes expected on initial sync; this repo may be in use by another fluxd',
      });
    }
    for (const event of all) events.record(event);
    announced = revision;
  }

  async function moveMarker(revision: CommitSha, mark: CommitSha | undefined, signal: AbortSignal) {
    if (remembered !== undefined && remembered !== mark && !warnedOfSharing) {
      warnedOfSharing = true;
      loop.log({
        warning:
          'detected external change in sync state; the sync state should not be shared by fluxd instances',
        state: marker.name,
      });
    }
    if (remembered === revision) return;
    await marker.write(revision, signal);
    remembered = revision;
    loop.log({ state: marker.name, old: mark ?? '', new: revision });
  }

  function tellFailures(outcomes: readonly Outcome[]): void {
    const failed = outcomes.filter(({ action }) => action === 'failed');
    if (failed.length > 0) daemon.log({ err: failed.map(failureText).join('; ') });
  }

  function gauge(now: SyncReport): void {
    const failed = now.outcomes.filter(({ action }) => action === 'failed').length;
    const present = now.outcomes.filter(({ action }) => settledActions.has(action)).length;
    metrics.syncManifests(present, failed);
  }

  return {
    definitions,
    get current() {
      return current;
    },

    async full({ revision, retryNow }, signal, progress) {
      const startedAt = new Date(ports.now());
      progress('reading the sync marker');
      const mark = await readMarker(revision, signal);
      const commits =
        mark === revision
          ? []
          : await repository.log({ ...(mark ? { from: mark } : {}), to: revision }, config.paths, signal);
      daemon.log({ info: 'trying to sync git changes to the cluster', old: mark ?? '', new: revision });

      progress('loading manifests');
      const before = commits.length > 0 ? await checksumsAt(mark, signal) : lastApplied;
      const now = await definitions.at(revision, signal);
      tellProblems(now);
      tellLeftOut(now);

      progress('looking at the cluster');
      await follow(now, signal);
      if (retryNow) waits.release();
      const results = await objects.reconcile(now, now.wanted, signal, progress);
      // Kinds that this very pass brought to the cluster can be watched only now.
      if (followed?.missing) await follow(now, signal);
      const garbage =
        config.garbageCollection === 'off'
          ? { outcomes: [], waiting: new Set<ObjectKey>() }
          : await collectGarbage(config, now, { cluster, waits, log: ports.log }, signal, progress);
      waits.retain((key) => now.byKey.has(key) || garbage.waiting.has(key));

      tellFailures([...results.attempted, ...garbage.outcomes]);
      current = now;
      report = {
        revision,
        startedAt,
        endedAt: new Date(ports.now()),
        outcomes: [...now.problems.flatMap(problemOutcomes), ...results.outcomes, ...garbage.outcomes],
        error: undefined,
      };
      gauge(report);
      if (results.attempted.length === 0 && garbage.outcomes.length === 0) {
        apply.log({ info: 'nothing to do: the cluster is as git has it', objects: now.wanted.length });
      }

      progress('recording what was done');
      const latest = checksums(now);
      const changed = [...latest].filter(([id, sum]) => before?.get(id) !== sum).map(([id]) => id);
      const failed = report.outcomes.filter(({ action }) => action === 'failed');
      await announce(
        { commits, changed: changed.sort(), initial: !mark, startedAt },
        failed,
        revision,
        signal,
      );
      lastApplied = latest;
      progress('moving the sync marker');
      await moveMarker(revision, mark, signal);
      return report;
    },

    async partial(keys, signal, progress) {
      const now = current;
      if (!now || !report) return undefined;
      const some = [...keys].flatMap((key) => now.byKey.get(key) ?? []);
      const results = await objects.reconcile(now, some, signal, progress);
      if (results.attempted.length === 0) return report;
      tellFailures(results.attempted);
      const touched = new Set(some.map(({ id }) => id));
      report = {
        ...report,
        outcomes: [
          ...report.outcomes.filter(({ id, source }) => !id || !touched.has(id) || source.line === undefined),
          ...results.outcomes,
        ],
      };
      gauge(report);
      return report;
    },
  };
}

const settledActions: ReadonlySet<Outcome['action']> = new Set(['created', 'configured', 'unchanged']);

function checksums(definitions: Definitions): Map<ResourceId, string> {
  return new Map(definitions.wanted.map(({ id, manifest }) => [id, manifest.checksum]));
}

function eventError(outcome: Outcome): NonNullable<SyncMetadata['errors']>[number] {
  return { ID: outcome.id ?? '', Path: outcome.source.path, Error: outcome.error?.message ?? '' };
}
