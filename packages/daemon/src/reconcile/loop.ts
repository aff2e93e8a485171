import { errorMessage } from '@fluxctl/shared/errors';
import type { CommitSha } from '../git/repository.ts';
import { type BackOffOptions, backOff } from './back-off.ts';
import type { SourcePorts } from './pass-ports.ts';
import type { Passes } from './run-pass.ts';
import type { SourceConfig } from './source-config.ts';
import { guardAgainstStall } from './stall-guard.ts';
import type { SyncReport } from './sync-report.ts';
import type { ObjectWaits } from './waiting-room.ts';
import { type ObjectKey, objectKey } from './wanted.ts';

export interface SyncRequest {
  /** Id of the job that asks, to be told as answered when the pass has ended. */
  readonly job?: string;
  /** Objects that failed are tried at once. */
  readonly retryNow?: boolean;
  /** Head of the branch, where the asker has just seen it. */
  readonly head?: CommitSha;
}

/** Decides when a source's passes run; they run one at a time. */
export interface SourceLoop {
  run(stop: AbortSignal, abandon: AbortSignal): Promise<void>;
  ask(request: SyncRequest): void;
  report(): SyncReport | undefined;
  /** Head of the branch as last seen. */
  head(): CommitSha | undefined;
  doing(): string;
  /** Newest first. */
  answeredJobs(): readonly string[];
}

/** What is asked for since the last pass began. */
interface Asked {
  full: boolean;
  retryNow: boolean;
  readonly jobs: string[];
  readonly changed: Set<ObjectKey>;
  /** When the first of `changed` was seen, in milliseconds since 1970. */
  changedAt: number;
}

/** Watch events come in flocks: a short wait makes one pass of them, in milliseconds. */
const gatherMs = 50;
const jobsRemembered = 100;
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
  /** A pass was due while the repository was not ready. */
  let refused = false;
  const answered: string[] = [];

  function ask(request: SyncRequest): void {
    asked.full = true;
    asked.retryNow ||= request.retryNow ?? false;
    if (request.job !== undefined) asked.jobs.push(request.job);
    head = request.head ?? head;
    wake();
  }

  async function seeHead(signal: AbortSignal): Promise<void> {
    const url = repository.safeUrl;
    try {
      const seen = await repository.head(signal);
      log.log({ event: 'refreshed', url, branch: config.branch, HEAD: seen });
      if (seen === head && !refused) return;
      head = seen;
      ask({});
    } catch (error) {
      if (!signal.aborted) log.log({ url, err: errorMessage(error) });
    }
  }

  /** Waits until something is asked for or due, or `stop`. */
  async function untilDue(stop: AbortSignal): Promise<void> {
    while (!stop.aborted && !asked.full) {
      const due = Math.min(nextFull, waits.nextDue() ?? Number.POSITIVE_INFINITY);
      const gathered = asked.changed.size > 0 ? asked.changedAt + gatherMs : Number.POSITIVE_INFINITY;
      const wait = Math.max(0, Math.min(due, gathered) - now());
      const woken = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), Math.min(wait, 2 ** 31 - 1));
        wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
      if (!woken) return;
    }
  }

  async function fullPass(request: Asked, abandon: AbortSignal): Promise<void> {
    const startedAt = new Date(now());
    const start = performance.now();
    nextFull = now() + config.syncIntervalMs;
    try {
      repository.requireReady();
    } catch (error) {
      log.log({ err: errorMessage(error) });
      // The jobs stay asked for: the pass that follows the clone answers them.
      asked.jobs.push(...request.jobs);
      asked.retryNow ||= request.retryNow;
      refused = true;
      return;
    }
    refused = false;
    using guard = guardAgainstStall(abandon, config.syncTimeoutMs, (what) => {
      doing = what;
    });
    const revision = head ?? (await repository.head(guard.signal));
    head = revision;
    try {
      report = await passes.full({ revision, retryNow: request.retryNow }, guard.signal, guard.progress);
      failures = 0;
      metrics.syncDuration(true, (performance.now() - start) / 1000);
    } catch (error) {
      abandon.throwIfAborted();
      const reason = guard.signal.aborted ? guard.signal.reason : error;
      failures += 1;
      nextFull =
        now() + Math.min(backOff(failures, { ...failedPass, random: ports.random }), config.syncIntervalMs);
      report = {
        revision,
        startedAt,
        endedAt: new Date(now()),
        outcomes: report?.outcomes ?? [],
        error: errorMessage(reason),
      };
      log.log({ err: errorMessage(reason) });
      metrics.syncDuration(false, (performance.now() - start) / 1000);
    }
    answered.unshift(...request.jobs);
    answered.length = Math.min(answered.length, jobsRemembered);
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
      // Something is amiss with the cluster: a full pass with its own back-off finds out what is left to do.
      failures += 1;
      nextFull = Math.min(nextFull, now() + backOff(failures, { ...failedPass, random: ports.random }));
    }
  }

  async function onePass(abandon: AbortSignal): Promise<void> {
    const request = asked;
    asked = nothingAsked();
    const due = waits.due();
    // What is no longer defined waits for its delete, which is a matter for a full pass.
    const definitions = passes.current;
    const full = request.full || now() >= nextFull || due.some((key) => !definitions?.byKey.has(key));
    if (full) return fullPass(request, abandon);
    const keys = new Set([...request.changed, ...due]);
    if (keys.size > 0) await partialPass(keys, abandon);
  }

  return {
    ask,
    report: () => report,
    head: () => head,
    doing: () => doing,
    answeredJobs: () => answered,
    async run(stop, abandon) {
      stop.addEventListener('abort', () => wake(), { once: true });
      let last = repository.status;
      repository.onRefreshed(() => void seeHead(abandon));
      repository.onStatus((status) => {
        metrics.gitReady(status.state === 'ready');
        // A step forward is no error, though the repository is not ready yet.
        const stuck = status.state === last.state || last.state === 'ready';
        if (stuck && status.error !== '' && status.error !== last.error) {
          log.log({ err: `git repo not ready: ${status.error}` });
        }
        last = status;
      });
      if (repository.status.state !== 'unconfigured') metrics.gitReady(repository.status.state === 'ready');
      cluster.onKindsChange(() => {
        if (passes.current?.unscoped.length) ask({});
      });
      cluster.live.onChange((ref) => {
        const key = objectKey(ref);
        const definitions = passes.current;
        if (!definitions) return;
        const mayScopeOthers = ref.kind === 'CustomResourceDefinition';
        if (mayScopeOthers && definitions.wanted.some(({ standing }) => standing.kind === 'unscoped'))
          ask({});
        if (!definitions.byKey.has(key)) return;
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
          nextFull = now() + backOff(1, { ...failedPass, random: ports.random });
        }
      }
      log.log({ stopping: true });
    },
  };
}

function nothingAsked(): Asked {
  return { full: false, retryNow: false, jobs: [], changed: new Set(), changedAt: 0 };
}
