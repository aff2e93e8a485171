import { errorMessage } from '@fluxctl/shared/errors';
import type { CommitSha, RepositoryStatus } from '../git/repository.ts';
import { type BackOffOptions, backOff } from '../waiting/back-off.ts';
import type { SourcePorts } from './pass-ports.ts';
import type { Passes } from './run-pass.ts';
import type { SourceConfig } from './source-config.ts';
import { guardAgainstStall } from './stall-guard.ts';
import type { SyncReport } from './sync-report.ts';
import type { ObjectWaits } from './waiting-room.ts';
import { type ObjectKey, objectKey } from './wanted.ts';

/** Decides when a source's passes run; they run one at a time. */
export interface SourceLoop {
  run(stop: AbortSignal, abandon: AbortSignal): Promise<void>;
  /**
   * Fetches, and asks for a pass that tries at once whatever failed, also without a new commit. The job
   * is told as answered when that pass has ended.
   * @returns the head of the branch
   */
  syncNow(job: string, signal: AbortSignal): Promise<CommitSha>;
  report(): SyncReport | undefined;
  /** Head of the branch as last seen. */
  head(): CommitSha | undefined;
  /** For people; empty when idle. */
  doing(): string;
  /** When what failed is tried again, in milliseconds since 1970; undefined when nothing has. */
  retryAt(): number | undefined;
  /** Newest first. */
  answeredJobs(): readonly string[];
}

/** What is asked for since the last pass began. */
interface Asked {
  full: boolean;
  retryNow: boolean;
  jobs: readonly string[];
  changed: Set<ObjectKey>;
  /** When the first of `changed` was seen, in milliseconds since 1970. */
  changedAt: number;
}

/** Watch events come in flocks: a short wait makes one pass of them, in milliseconds. */
const gatherMs = 50;
const jobsRemembered = 100;
const never = Number.POSITIVE_INFINITY;
/** What a timer can hold. */
const longestTimerMs = 2 ** 31 - 1;
/** After a pass that did not come to its end. */
const failedPass: Omit<BackOffOptions, 'random'> = { firstMs: 2_000, capMs: 60_000 };

export function createSourceLoop(
  config: SourceConfig,
  ports: SourcePorts,
  passes: Passes,
  waits: ObjectWaits,
): SourceLoop {
  const { repository, cluster, metrics, now } = ports;
  const log = ports.log.with({ component: 'sync-loop' });
  let asked: Asked = nothingAsked();
  let wake: () => void = () => {};
  let head: CommitSha | undefined;
  let report: SyncReport | undefined;
  let doing = '';
  let failures = 0;
  /** When a full pass is due without being asked for, in milliseconds since 1970. */
  let nextFull = now();
  /** No pass before this time, in milliseconds since 1970, unless it is asked for. */
  let notBefore = 0;
  /** A pass was due while the repository was not ready. */
  let refused = false;
  /** Fetches that are under way: the pass that they ask for is to be the first one after them. */
  let held = 0;
  const answered: string[] = [];

  function ask(): void {
    asked.full = true;
    notBefore = 0;
    wake();
  }

  async function seeHead(signal: AbortSignal): Promise<void> {
    const url = repository.safeUrl;
    try {
      const seen = await repository.head(signal);
      log.log({ event: 'refreshed', url, branch: config.branch, HEAD: seen });
      if (seen === head && !refused) return;
      head = seen;
      ask();
    } catch (error) {
      if (!signal.aborted) log.log({ url, err: errorMessage(error) });
    }
  }

  /** When there is something to do, in milliseconds since 1970. */
  function dueAt(): number {
    const gathered = asked.changed.size > 0 ? asked.changedAt + gatherMs : never;
    if (held > 0) return Math.max(gathered, notBefore);
    const full = asked.full ? 0 : nextFull;
    return Math.max(Math.min(full, waits.nextDue() ?? never, gathered), notBefore);
  }

  /** The next pass comes later and later while passes do not come to their end. */
  function backAway(): void {
    failures += 1;
    const wait = backOff(failures, { ...failedPass, random: ports.random });
    nextFull = now() + Math.min(wait, config.syncIntervalMs);
    // What was asked for meanwhile does not wait.
    notBefore = asked.full ? 0 : nextFull;
  }

  async function untilDue(stop: AbortSignal): Promise<void> {
    for (let wait = dueAt() - now(); wait > 0 && !stop.aborted; wait = dueAt() - now()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(wait, longestTimerMs));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async function fullPass({ jobs, retryNow }: Asked, abandon: AbortSignal): Promise<void> {
    const startedAt = new Date(now());
    const start = performance.now();
    nextFull = now() + config.syncIntervalMs;
    try {
      repository.requireReady();
    } catch (error) {
      log.log({ err: errorMessage(error) });
      // The jobs stay asked for: the pass that follows the clone answers them.
      asked.jobs = [...jobs, ...asked.jobs];
      asked.retryNow ||= retryNow;
      refused = true;
      return;
    }
    refused = false;
    using guard = guardAgainstStall(abandon, config.syncTimeoutMs, (what) => {
      doing = what;
    });
    try {
      head ??= await repository.head(guard.signal);
      const request = { revision: head, retryNow };
      report = await passes.full(request, guard.signal, guard.progress);
      failures = 0;
      metrics.syncDuration(true, (performance.now() - start) / 1000);
    } catch (error) {
      abandon.throwIfAborted();
      const reason = errorMessage(guard.signal.aborted ? guard.signal.reason : error);
      backAway();
      report = failedReport(reason, startedAt);
      log.log({ err: reason });
      metrics.syncDuration(false, (performance.now() - start) / 1000);
    }
    answered.unshift(...jobs);
    answered.length = Math.min(answered.length, jobsRemembered);
  }

  /** A pass that did not come to its end leaves what was known of the objects. */
  function failedReport(error: string, startedAt: Date): SyncReport {
    const revision = head ?? ('' as CommitSha);
    return { revision, startedAt, endedAt: new Date(now()), outcomes: report?.outcomes ?? [], error };
  }

  async function partialPass(keys: ReadonlySet<ObjectKey>, abandon: AbortSignal): Promise<void> {
    using guard = guardAgainstStall(abandon, config.syncTimeoutMs, (what) => {
      doing = what;
    });
    try {
      const after = await passes.partial(keys, guard.signal, guard.progress);
      if (after) report = { ...after, error: report?.error };
    } catch (error) {
      abandon.throwIfAborted();
      log.log({ err: errorMessage(guard.signal.aborted ? guard.signal.reason : error) });
      // Something is amiss with the cluster: a full pass finds out what is left to do.
      backAway();
    }
  }

  async function onePass(abandon: AbortSignal): Promise<void> {
    const due = waits.due();
    // What is no longer defined waits for its delete, which is a matter for a full pass.
    const definitions = passes.current;
    const wantsFull = asked.full || now() >= nextFull || due.some((key) => !definitions?.byKey.has(key));
    if (wantsFull && held === 0) {
      const request = asked;
      asked = nothingAsked();
      return fullPass(request, abandon);
    }
    const keys = new Set([...asked.changed, ...(held > 0 ? [] : due)]);
    asked.changed = new Set();
    if (keys.size > 0) await partialPass(keys, abandon);
  }

  return {
    async syncNow(job, signal) {
      repository.requireReady();
      held += 1;
      try {
        await repository.refresh(signal);
        head = await repository.head(signal);
        asked.jobs = [...asked.jobs, job];
        asked.retryNow = true;
        ask();
        return head;
      } finally {
        held -= 1;
        wake();
      }
    },
    report: () => report,
    head: () => head,
    doing: () => doing || (held > 0 ? 'fetching from git' : ''),
    retryAt: () => (failures > 0 ? nextFull : waits.nextDue()),
    answeredJobs: () => answered,
    async run(stop, abandon) {
      stop.addEventListener('abort', () => wake(), { once: true });
      if (config.readonly) log.log({ info: 'Repo is read-only; no image updates will be attempted' });
      let last = repository.status;
      repository.onRefreshed(() => void seeHead(abandon));
      repository.onStatus((status) => {
        metrics.gitReady(status.state === 'ready');
        // A step forward is no error, though the repository is not ready yet.
        const stuck = status.state === last.state || last.state === 'ready';
        if (stuck && status.error !== '' && status.error !== last.error) {
          log.log({ err: `git repo not ready: ${status.error}` });
        }
        if (status.state === 'cloned' && !hasClone(last)) {
          log.log({ event: 'cloned', url: repository.safeUrl, branch: config.branch });
        }
        last = status;
      });
      if (repository.status.state !== 'unconfigured') metrics.gitReady(repository.status.state === 'ready');
      cluster.onKindsChange(() => {
        passes.definitions.forgetScopes();
        if (passes.current?.unscoped.length) ask();
      });
      cluster.live.onChange((ref) => {
        const key = objectKey(ref);
        if (!passes.current?.byKey.has(key)) return;
        if (asked.changed.size === 0) asked.changedAt = now();
        asked.changed.add(key);
        wake();
      });
      while (!stop.aborted) {
        await untilDue(stop);
        if (stop.aborted) break;
        try {
          await onePass(abandon);
        } catch (error) {
          if (abandon.aborted) break;
          log.log({ err: errorMessage(error) });
          backAway();
        }
      }
      log.log({ stopping: true });
    },
  };
}

function hasClone({ state }: RepositoryStatus): boolean {
  return state === 'cloned' || state === 'ready';
}

function nothingAsked(): Asked {
  return { full: false, retryNow: false, jobs: [], changed: new Set(), changedAt: 0 };
}
