import { errorMessage, FluxError, MissingError } from '@fluxctl/shared/errors';
import { canonicalName, type ImageName, registryHost } from '@fluxctl/shared/images/image-ref';
import { timestampOf, zeroTime } from '@fluxctl/shared/timestamp';
import type { Logger } from '../../log/logger.ts';
import { createWake } from '../../waiting/wake.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ImageSource } from '../distribution/image-source.ts';
import { RateLimitedError } from '../distribution/registry-error.ts';
import type {
  ImageChange,
  ImageNeeds,
  ImageRegistry,
  RepositoryImages,
  RepositoryStatus,
} from '../image-registry.ts';
import { patternKey } from './choose-tags.ts';
import { FactsMemory } from './facts-memory.ts';
import { type FetchPorts, fetchTags } from './fetch-tags.ts';
import { type ImageGlobs, isScanned, matchesAny } from './image-filter.ts';
import { type MergedNeed, mergeNeeds } from './merge-needs.ts';
import type { RegistryObserver } from './observer.ts';
import type { TagTask } from './plan-tags.ts';
import { newRepository, type Repository, readImages } from './repository.ts';
import { fillIn, type ScanResult, scanRepository } from './scan-repository.ts';

export interface ScannerOptions {
  /** Between two scans of one repository, and between two looks at what workloads use; in milliseconds. */
  readonly intervalMs: number;
  /** Repositories scanned at once. */
  readonly atOnce: number;
  /** Tags of one repository asked for at once. */
  readonly tagsAtOnce: number;
  readonly globs: ImageGlobs;
  /** `--registry-use-labels`. */
  readonly useLabels: readonly string[];
}

export interface ScannerPorts {
  readonly needs: ImageNeeds;
  readonly openSource: (need: MergedNeed, signal: AbortSignal) => Promise<ImageSource>;
  /** Why images of a host are not scanned at all (ECR's limits); undefined when they are. */
  readonly refusal: (host: string, signal: AbortSignal) => Promise<string | undefined>;
  /** What is known of a host without asking it. */
  readonly quotaOf: (host: string) => RepositoryStatus['quota'];
  readonly cache: ImageCache;
  readonly log: Logger;
  readonly observer: RegistryObserver;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface Scanner extends ImageRegistry {
  /** Scans until it is aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** What workloads use may have changed: look soon. */
  lookAgain(): void;
  /** Whether there is nothing to do just now: no look and no scan is due, and what is spare was fetched. */
  isIdle(): boolean;
}

interface Watched {
  need: MergedNeed;
  readonly repository: Repository;
  /** Scans and fetches of one repository follow each other. */
  turn: Promise<void>;
  /** Those that run or wait for their turn. */
  tasks: number;
  /** Something was pushed while one of them ran. */
  isAskedAgain: boolean;
  /** In milliseconds since 1970; 0 while it is needed. */
  unneededSince: number;
}

/** What is known stays for a while when no workload uses it: one may be just being replaced. */
const keptUnneededMs = 3_600_000;
const longestBackOffMs = 15 * 60_000;
/** A look at the cluster may not hold the scans up for ever. */
const needsTimeoutMs = 60_000;
const mostPriority = 100;
/** This part of the pulls is for the cluster's nodes, which share a quota with us. */
const quotaReserve = 0.1;

const leftOut: RepositoryImages = {
  state: 'unknown',
  error: new MissingError('item not in cache: it is left out by flags of the daemon', {
    help: 'fluxd has --registry-exclude-image and --registry-include-image; exclusion wins.',
  }),
};

export function createScanner(options: ScannerOptions, ports: ScannerPorts): Scanner {
  const { log, now } = ports;
  const watched = new Map<string, Watched>();
  const priority: string[] = [];
  const listeners = new Set<(change: ImageChange) => void>();
  const refusalsTold = new Set<string>();
  const wake = createWake();
  const memory = new FactsMemory();
  let collectedAt = Number.NEGATIVE_INFINITY;
  let collecting = false;
  let needsError = '';

  const fetchPorts = (canonical: string): FetchPorts => ({
    cache: ports.cache,
    memory,
    log,
    observer: ports.observer,
    now,
    atOnce: options.tagsAtOnce,
    believesLabels: matchesAny(options.useLabels, canonical),
    quotaReserve,
  });

  const collect = async (signal: AbortSignal): Promise<void> => {
    collectedAt = now();
    collecting = true;
    try {
      await takeNeeds(signal);
    } finally {
      collecting = false;
    }
  };

  const takeNeeds = async (signal: AbortSignal): Promise<void> => {
    let needs: Map<string, MergedNeed>;
    try {
      needs = mergeNeeds(await ports.needs(AbortSignal.any([signal, AbortSignal.timeout(needsTimeoutMs)])));
      needsError = '';
    } catch (error) {
      if (signal.aborted) return;
      if (errorMessage(error) !== needsError)
        log.log({ err: errorMessage(error), looking: 'for images in use' });
      needsError = errorMessage(error);
      return;
    }
    const used = new Set<string>();
    for (const [canonical, need] of needs) {
      if (!(await isWanted(need, signal))) continue;
      used.add(canonical);
      const known = watched.get(canonical);
      if (known) {
        if (isMoreWanted(known.need, need))
          known.repository.nextScan = Math.min(known.repository.nextScan, now());
        known.need = need;
        known.unneededSince = 0;
      } else {
        const repository = newRepository(canonical, need.name);
        watched.set(canonical, {
          need,
          repository,
          turn: Promise.resolve(),
          tasks: 0,
          isAskedAgain: false,
          unneededSince: 0,
        });
      }
    }
    for (const [canonical, entry] of watched) {
      if (used.has(canonical)) continue;
      if (entry.unneededSince === 0) entry.unneededSince = now();
      if (now() - entry.unneededSince > keptUnneededMs && entry.tasks === 0) watched.delete(canonical);
    }
  };

  const isWanted = async ({ name }: MergedNeed, signal: AbortSignal): Promise<boolean> => {
    if (!isScanned(name, options.globs)) return false;
    const host = registryHost(name);
    const refusal = await ports.refusal(host, signal);
    if (refusal === undefined) return true;
    if (!refusalsTold.has(host))
      log.log({ info: 'images of this registry are not scanned', host, reason: refusal });
    refusalsTold.add(host);
    return false;
  };

  const nextToDo = (): { entry: Watched; work: 'scan' | 'fill' } | undefined => {
    for (let name = priority.shift(); name !== undefined; name = priority.shift()) {
      const entry = watched.get(name);
      if (entry?.tasks === 0) return { entry, work: 'scan' };
      // It is being scanned: what was pushed may have come too late for that.
      if (entry) entry.isAskedAgain = true;
    }
    let due: Watched | undefined;
    let fill: Watched | undefined;
    for (const entry of watched.values()) {
      if (entry.tasks > 0 || entry.unneededSince !== 0) continue;
      if (!due || entry.repository.nextScan < due.repository.nextScan) due = entry;
      if (entry.repository.spare) fill ??= entry;
    }
    if (due && due.repository.nextScan <= now()) return { entry: due, work: 'scan' };
    return fill && { entry: fill, work: 'fill' };
  };

  /** Runs a task when its repository's turn has come. */
  const inTurn = async <T>(entry: Watched, task: () => Promise<T>): Promise<T> => {
    const before = entry.turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    entry.turn = promise;
    entry.tasks += 1;
    try {
      await before;
      return await task();
    } finally {
      entry.tasks -= 1;
      if (entry.isAskedAgain) entry.repository.nextScan = now();
      entry.isAskedAgain = false;
      resolve();
      wake.wake();
    }
  };

  const tell = (change: ImageChange): void => {
    if (change.added.length + change.changed.length === 0) return;
    for (const listener of listeners) listener(change);
  };

  const settle = (
    entry: Watched,
    work: 'scan' | 'fill',
    result: ScanResult | undefined,
    error: unknown,
  ): void => {
    const { repository } = entry;
    const host = registryHost(repository.name);
    const message = error === undefined ? '' : errorMessage(error);
    const quota = ports.quotaOf(host);
    if (quota) ports.observer.quota(host, quota);
    // What is only for people to look at can wait, and its single tags were told of.
    if (work === 'fill') return;
    if (error instanceof RateLimitedError) {
      const warn = 'aborting image tag fetching due to rate limiting, will try again later';
      if (!repository.limited) log.log({ canonical_name: repository.canonical, warn, reason: message });
    } else if (message !== '' && message !== repository.error) {
      log.log({ canonical_name: repository.canonical, auth: String(entry.need.logins), err: message });
    }
    repository.limited = error instanceof RateLimitedError;
    repository.error = message;
    repository.help = error instanceof FluxError ? error.help : '';
    repository.scannedAt = now();
    repository.failures = result ? 0 : repository.failures + 1;
    const backOff = Math.min(longestBackOffMs, options.intervalMs * 2 ** Math.min(repository.failures, 10));
    const wait = repository.failures === 0 ? options.intervalMs : Math.max(options.intervalMs, backOff);
    const asked = error instanceof RateLimitedError ? error.retryAfterMs : 0;
    repository.nextScan = now() + Math.max(asked, wait * (0.9 + 0.2 * ports.random()));
  };

  const work = async (entry: Watched, kind: 'scan' | 'fill', signal: AbortSignal): Promise<void> => {
    const { need, repository } = entry;
    const started = now();
    let source: ImageSource | undefined;
    let result: ScanResult | undefined;
    let error: unknown;
    try {
      source = await ports.openSource(need, signal);
      const act = kind === 'scan' ? scanRepository : fillIn;
      result = await act(repository, source, need, fetchPorts(repository.canonical), signal);
      error = result.error;
    } catch (failure) {
      if (signal.aborted) return;
      error = failure;
    }
    const budget = source?.host.budget;
    const rate = budget?.rate();
    if (error instanceof RateLimitedError) budget?.reduce();
    else if (error === undefined && kind === 'scan') budget?.grow();
    if (rate !== undefined && budget && budget.rate() !== rate) {
      const info = budget.rate() < rate ? 'reducing rate limit' : 'increasing rate limit';
      log.log({ info, host: registryHost(need.name), limit: budget.rate().toFixed(2) });
    }
    settle(entry, kind, result, error);
    if (kind === 'scan') ports.observer.scanned(error === undefined, (now() - started) / 1000);
    if (result) tell(result.change);
  };

  /** One look or scan that fails in an unforeseen way is no reason to end the others. */
  const unlessStopped =
    (signal: AbortSignal) =>
    (error: unknown): void => {
      if (!signal.aborted) log.log({ err: errorMessage(error) });
    };

  const untilNext = (): number => {
    let next = collectedAt + options.intervalMs;
    for (const { repository, tasks, unneededSince } of watched.values()) {
      if (tasks === 0 && unneededSince === 0) next = Math.min(next, repository.nextScan);
    }
    return Math.min(options.intervalMs, Math.max(10, next - now()));
  };

  const imagesOf = (name: ImageName): RepositoryImages => {
    const entry = watched.get(canonicalName(name));
    return entry || isScanned(name, options.globs) ? readImages(entry?.repository) : leftOut;
  };

  return {
    imagesOf,
    async run(signal) {
      const running = new Set<Promise<void>>();
      while (!signal.aborted) {
        if (now() - collectedAt >= options.intervalMs) await collect(signal).catch(unlessStopped(signal));
        while (running.size < options.atOnce && !signal.aborted) {
          const next = nextToDo();
          if (!next) break;
          const task = inTurn(next.entry, () => work(next.entry, next.work, signal))
            .catch(unlessStopped(signal))
            .finally(() => running.delete(task));
          running.add(task);
        }
        const full = running.size >= options.atOnce;
        await wake.wait(full ? options.intervalMs : untilNext(), signal);
      }
      await Promise.all(running);
    },
    lookAgain() {
      collectedAt = Number.NEGATIVE_INFINITY;
      wake.wake();
    },
    isIdle: () =>
      !collecting &&
      now() - collectedAt < options.intervalMs &&
      priority.length === 0 &&
      [...watched.values()].every(
        ({ tasks, unneededSince, repository: { nextScan, spare } }) =>
          tasks === 0 && (unneededSince !== 0 || (nextScan > now() && !spare)),
      ),
    async fetchTags(name, tags, signal) {
      const entry = watched.get(canonicalName(name));
      if (!entry) return imagesOf(name);
      if (entry.repository.listedAt === zeroTime) {
        await inTurn(entry, () => work(entry, 'scan', signal));
      }
      const wanted = new Set(tags);
      await inTurn(entry, async () => {
        const { table, canonical } = entry.repository;
        const tasks = table.names().flatMap((tag, index): TagTask[] => {
          const unseen = wanted.has(tag) && table.read(index, tag).state === 'unseen';
          return unseen ? [{ index, tag, task: 'fetch' }] : [];
        });
        if (tasks.length === 0) return;
        const source = await ports.openSource(entry.need, signal);
        const result = await fetchTags(entry.repository, source, tasks, fetchPorts(canonical), signal);
        tell({ repository: canonical, added: [], changed: result.changed });
      });
      return imagesOf(name);
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    scanNext(name) {
      const canonical = canonicalName(name);
      if (!watched.has(canonical)) {
        log.log({ info: 'no creds available', image: canonical });
        return false;
      }
      if (!priority.includes(canonical) && priority.length < mostPriority) priority.push(canonical);
      wake.wake();
      return true;
    },
    status: () =>
      [...watched.values()]
        .filter(({ unneededSince }) => unneededSince === 0)
        .map(({ repository }) => statusOf(repository, ports.quotaOf(registryHost(repository.name))))
        .sort((a, b) => (a.repository < b.repository ? -1 : 1)),
  };
}

/** Whether there is something that an earlier scan did not have to look for. */
function isMoreWanted(before: MergedNeed, after: MergedNeed): boolean {
  const patterns = new Set(before.patterns.map(patternKey));
  return (
    after.patterns.some((pattern) => !patterns.has(patternKey(pattern))) ||
    [...after.current].some((tag) => !before.current.has(tag)) ||
    String(before.logins) !== String(after.logins)
  );
}

function statusOf(repository: Repository, quota: RepositoryStatus['quota']): RepositoryStatus {
  const { canonical, table, scannedAt, nextScan, error, help } = repository;
  const time = (ms: number) => (ms === 0 ? zeroTime : timestampOf(new Date(ms)));
  return {
    repository: canonical,
    lastScan: time(scannedAt),
    nextScan: time(nextScan),
    tags: table.size,
    images: table.known(),
    error,
    help,
    quota,
  };
}
