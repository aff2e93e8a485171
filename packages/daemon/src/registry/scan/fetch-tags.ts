import { errorMessage } from '@fluxctl/shared/errors';
import type { Logger } from '../../log/logger.ts';
import { eachBounded } from '../../waiting/each-bounded.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { FetchedTag, ImageSource } from '../distribution/image-source.ts';
import { ManifestUnknownError, RateLimitedError, RegistryDownError } from '../distribution/registry-error.ts';
import { buildTime, labelProblem } from './build-time.ts';
import type { FactsMemory } from './facts-memory.ts';
import type { RegistryObserver } from './observer.ts';
import type { TagTask } from './plan-tags.ts';
import { type RefreshOutcome, refreshInterval } from './refresh-interval.ts';
import type { Repository } from './repository.ts';
import { restoreTag, saveTag } from './saved-repository.ts';
import type { TagEntry } from './tag-table.ts';

export interface FetchPorts {
  readonly cache: ImageCache;
  readonly memory: FactsMemory;
  readonly log: Logger;
  readonly observer: RegistryObserver;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** Tags asked for at once. */
  readonly atOnce: number;
  /** Whether the labels of this repository tell build times. */
  readonly believesLabels: boolean;
  /** Where pulls are counted, this part of them is left alone. */
  readonly quotaReserve: number;
}

export interface FetchResult {
  /** Tags that mean another image than before, or whose facts are known now. */
  readonly changed: readonly string[];
  /** How many tags could not be read, and the first reason. */
  readonly failed: number;
  readonly error: unknown;
}

const mostOutages = 3;
const mostTold = 1_000;

/** Carries out the tasks for one repository; the first refusal for too many requests ends them. */
export async function fetchTags(
  repository: Repository,
  source: ImageSource,
  tasks: readonly TagTask[],
  ports: FetchPorts,
  signal: AbortSignal,
): Promise<FetchResult> {
  const changed: string[] = [];
  let failed = 0;
  let outages = 0;
  let error: unknown;
  let refused = false;
  const { table } = repository;
  if (tasks.length === 0) return { changed, failed, error };
  const names = table.names();
  table.reserve(tasks.filter(({ task }) => task === 'fetch').length);

  /** The same image under another tag, or under one that is gone. */
  const known = (digest: string): FetchedTag | undefined => {
    const index = table.find(digest);
    const name = index === undefined ? undefined : names[index];
    const entry = index === undefined || name === undefined ? undefined : table.read(index, name);
    return (entry && fetchedOf(entry)) ?? ports.memory.get(digest);
  };

  const store = (task: TagTask, entry: TagEntry): Promise<void> => {
    table.write(task.index, task.tag, entry);
    return saveTag(repository, task.tag, entry, ports.cache, signal);
  };

  const entryFor = (
    before: TagEntry,
    fetched: FetchedTag | 'missing',
  ): { entry: TagEntry; outcome: RefreshOutcome } => {
    const outcome = outcomeOf(before, fetched);
    const previous = before.state === 'unseen' ? undefined : (before.refreshAt - before.fetchedAt) * 1000;
    const fetchedAt = Math.floor(ports.now() / 1000);
    const looks = { fetchedAt, refreshAt: fetchedAt + Math.round(refreshInterval(outcome, previous) / 1000) };
    if (fetched === 'missing') return { outcome, entry: { state: 'missing', ...looks } };
    const { tagDigest } = fetched;
    if (fetched.kind === 'excluded') {
      return { outcome, entry: { state: 'excluded', reason: fetched.reason, tagDigest, ...looks } };
    }
    const { digest, imageId, facts } = fetched;
    const createdAt = buildTime(facts.createdAt, facts.labels, ports.believesLabels);
    const image = { tagDigest, digest, imageId, labels: facts.labels, createdAt };
    return { outcome, entry: { state: 'known', image, ...looks } };
  };

  const ask = async ({ tag, task }: TagTask, before: TagEntry): Promise<FetchedTag> => {
    const quota = source.host.budget.quota();
    // A look costs no pull: where pulls are counted it comes first.
    if (task === 'look' || quota) {
      const digest = await source.digestOf(tag, signal);
      const same = digest !== undefined && digest === digestOf(before) ? fetchedOf(before) : undefined;
      const remembered = same ?? (digest === undefined ? undefined : known(digest));
      if (remembered) return remembered;
      const left = source.host.budget.quota();
      if (left && left.remaining < left.limit * ports.quotaReserve)
        throw new QuotaUsedUp(left.remaining, left.limit);
    }
    return source.facts(tag, known, signal);
  };

  const carryOut = async (task: TagTask): Promise<void> => {
    const before = table.read(task.index, task.tag);
    if (before.state === 'unseen') {
      const saved = await restoreTag(
        repository,
        task.tag,
        ports.cache,
        ports.believesLabels,
        ports.now(),
        signal,
      );
      if (saved) {
        table.write(task.index, task.tag, saved);
        changed.push(task.tag);
        return;
      }
    }
    const started = ports.now();
    const seconds = (): number => (ports.now() - started) / 1000;
    try {
      const fetched = await ask(task, before);
      ports.observer.requested('metadata', true, seconds());
      outages = 0;
      const { entry, outcome } = entryFor(before, fetched);
      if (entry.state === 'known' && outcome !== 'same') tellLabels(task.tag, entry.image.labels);
      if (outcome !== 'same') changed.push(task.tag);
      await store(task, entry);
    } catch (failure) {
      signal.throwIfAborted();
      ports.observer.requested('metadata', failure instanceof ManifestUnknownError, seconds());
      if (failure instanceof ManifestUnknownError) {
        if (before.state === 'known') changed.push(task.tag);
        tellMissing(task.tag);
        await store(task, entryFor(before, 'missing').entry);
        return;
      }
      if (refused) return;
      failed += 1;
      error ??= failure;
      if (failure instanceof RateLimitedError || failure instanceof QuotaUsedUp) {
        // Told of the whole repository, not of its tags.
        refused = true;
        error = failure;
        return;
      }
      if (failure instanceof RegistryDownError) outages += 1;
      tell(task.tag, { err: errorMessage(failure), ref: `${repository.canonical}:${task.tag}` });
    }
  };

  /** Once for each tag: polls must not fill the log. */
  const tell = (tag: string, fields: Record<string, unknown>): void => {
    const key = `${tag} ${Object.values(fields).join(' ')}`;
    if (repository.told.has(key) || repository.told.size > mostTold) return;
    repository.told.add(key);
    ports.log.log({ canonical_name: repository.canonical, ...fields });
  };
  const tellLabels = (tag: string, labels: Readonly<Record<string, string>>): void => {
    const problem = labelProblem(labels);
    if (problem !== undefined) tell(tag, { err: problem, ref: `${repository.canonical}:${tag}` });
  };
  const tellMissing = (tag: string): void =>
    tell(tag, {
      warning: `manifest for tag ${tag} missing in repository ${repository.canonical}`,
      impact:
        'flux will fail to auto-release workloads with matching images, ask the repository administrator to fix the inconsistency',
    });

  await eachBounded(tasks, ports.atOnce, () => refused || outages >= mostOutages, carryOut);
  return { changed, failed, error };
}

/** Docker Hub counts pulls; what is left is for the nodes. */
class QuotaUsedUp extends RegistryDownError {
  constructor(remaining: number, limit: number) {
    super(`only ${remaining} of ${limit} pulls are left, which are kept for the cluster's nodes`, {
      help: 'Log in with a pull secret or --docker-config for a higher limit.',
    });
  }
}

function outcomeOf(before: TagEntry, fetched: FetchedTag | 'missing'): RefreshOutcome {
  if (fetched === 'missing') return 'missing';
  if (fetched.kind === 'excluded') return 'excluded';
  if (before.state !== 'known') return 'new';
  const known = digestOf(before);
  return known === fetched.tagDigest || known === fetched.digest ? 'same' : 'changed';
}

function digestOf(entry: TagEntry): string {
  if (entry.state === 'known') return entry.image.tagDigest || entry.image.digest;
  return entry.state === 'excluded' ? entry.tagDigest : '';
}

export function fetchedOf(entry: TagEntry): FetchedTag | undefined {
  if (entry.state === 'excluded' && entry.tagDigest !== '') {
    return { kind: 'excluded', tagDigest: entry.tagDigest, reason: entry.reason };
  }
  if (entry.state !== 'known') return undefined;
  const { digest, imageId, labels, createdAt } = entry.image;
  const tagDigest = entry.image.tagDigest || digest;
  return { kind: 'image', tagDigest, digest, imageId, facts: { createdAt, labels, imageId: '' } };
}
