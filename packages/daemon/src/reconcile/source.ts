import type { PassStatus, SourceStatus } from '@fluxctl/shared/api/types';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { CommitSha, Repository, RepositoryStatus } from '../git/repository.ts';
import { untilAborted } from '../waiting/until-aborted.ts';
import type { Definitions } from './definitions.ts';
import { createSourceLoop } from './loop.ts';
import type { SyncMarker } from './marker.ts';
import { apiOutcome, countActions } from './outcomes.ts';
import type { SourcePorts } from './pass-ports.ts';
import { createPasses } from './run-pass.ts';
import type { SourceConfig } from './source-config.ts';
import type { SyncReport } from './sync-report.ts';
import { createWaitingRoom } from './waiting-room.ts';
import type { Wanted } from './wanted.ts';

/** One repository that the cluster follows. */
export interface Source {
  readonly config: SourceConfig;
  readonly repository: Repository;
  readonly marker: SyncMarker;
  /** Clones, polls and syncs until `stop`; what is under way then may end, unless `abandon` comes too. */
  run(stop: AbortSignal, abandon: AbortSignal): Promise<void>;
  /**
   * Fetches, and asks for a pass that tries at once whatever failed, also without a new commit.
   * @param job - told as answered when that pass has ended
   */
  syncNow(job: string, signal: AbortSignal): Promise<CommitSha>;
  /** What the head of the branch defines, as far as it could be read. */
  definitions(signal: AbortSignal): Promise<ReadonlyMap<ResourceId, Wanted>>;
  /** The same, with the means to read bodies. */
  definedNow(signal: AbortSignal): Promise<Definitions>;
  /** What the latest pass brought to the cluster; undefined before the first. */
  applied(): Definitions | undefined;
  /** What any revision defines, also one that is not published. */
  definitionsAt(revision: CommitSha, signal: AbortSignal): Promise<Definitions>;
  /** Why objects are not as git has them, in the latest pass. */
  syncErrors(): ReadonlyMap<ResourceId, string>;
  status(which: 'failures' | 'all'): SourceStatus;
}

export function createSource(config: SourceConfig, ports: SourcePorts): Source {
  const waits = createWaitingRoom({ now: ports.now, random: ports.random, capMs: config.syncIntervalMs });
  const passes = createPasses(config, ports, waits);
  const loop = createSourceLoop(config, ports, passes, waits);
  const { repository, marker } = ports;

  async function definedNow(signal: AbortSignal): Promise<Definitions> {
    const head = await repository.head(signal);
    const { current } = passes;
    return current?.revision === head ? current : passes.definitions.at(head, signal);
  }

  /**
   * Looks at the cluster while git is cloned, and loads manifests while it is found out whether git may be
   * written to; what fails here is done again, and told, by the first pass.
   */
  async function lookAhead(stop: AbortSignal): Promise<void> {
    if (repository.status.state === 'unconfigured') return;
    const cloned = untilCloned(repository);
    try {
      await ports.cluster.live.begin(stop);
      await untilAborted(cloned, stop);
      if (repository.status.state === 'cloned') await passes.prepare(await repository.head(stop), stop);
    } catch {
      // see above
    }
  }

  return {
    config,
    repository,
    marker,
    async run(stop, abandon) {
      await Promise.all([lookAhead(stop), repository.run(stop), loop.run(stop, abandon)]);
    },
    syncNow: loop.syncNow,
    definitions: async (signal) => (await definedNow(signal)).byId,
    definedNow,
    applied: () => passes.current,
    definitionsAt: (revision, signal) => passes.definitions.at(revision, signal),
    syncErrors() {
      const report = loop.report();
      if (!report) return noErrors;
      const errors = errorsOf.get(report) ?? errorsIn(report);
      errorsOf.set(report, errors);
      return errors;
    },
    status(which) {
      const { state, error } = repository.status;
      const report = loop.report();
      const due = loop.retryAt();
      return {
        name: config.name,
        url: repository.safeUrl,
        branch: config.branch,
        paths: config.paths,
        state,
        error,
        head: loop.head() ?? '',
        lastPass: report ? passStatus(report, which) : null,
        retryAt: due === undefined ? '' : new Date(Math.max(due, ports.now())).toISOString(),
        doing: loop.doing(),
        answeredJobs: loop.answeredJobs(),
      };
    },
  };
}

/** Of a report that stays, while the API asks again and again. */
const errorsOf = new WeakMap<SyncReport, ReadonlyMap<ResourceId, string>>();
const noErrors: ReadonlyMap<ResourceId, string> = new Map();

function errorsIn({ outcomes }: SyncReport): ReadonlyMap<ResourceId, string> {
  const errors = new Map<ResourceId, string>();
  for (const { id, action, error } of outcomes) {
    if (id !== undefined && action === 'failed') errors.set(id, error?.message ?? '');
  }
  return errors;
}

function untilCloned(repository: Repository): Promise<void> {
  return new Promise((resolve) => {
    const look = ({ state }: RepositoryStatus): void => {
      if (state === 'cloned' || state === 'ready') resolve();
    };
    look(repository.status);
    repository.onStatus(look);
  });
}

function passStatus(report: SyncReport, which: 'failures' | 'all'): PassStatus {
  const shown =
    which === 'all' ? report.outcomes : report.outcomes.filter(({ action }) => concerns.has(action));
  return {
    revision: report.revision,
    startedAt: report.startedAt.toISOString(),
    endedAt: report.endedAt.toISOString(),
    error: report.error ?? '',
    counts: countActions(report.outcomes),
    outcomes: shown.map(apiOutcome),
  };
}

const concerns: ReadonlySet<string> = new Set(['failed', 'warned']);
