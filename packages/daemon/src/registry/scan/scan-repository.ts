import { timestampOf } from '@fluxctl/shared/timestamp';
import { createBreather } from '../../waiting/breather.ts';
import type { ImageSource } from '../distribution/image-source.ts';
import type { TagList } from '../distribution/tag-list.ts';
import type { ImageChange } from '../image-registry.ts';
import { chooseTags, type Interest, interestKey } from './choose-tags.ts';
import { type FetchPorts, fetchedOf, fetchTags } from './fetch-tags.ts';
import { planTags, type TagPlan } from './plan-tags.ts';
import type { Repository } from './repository.ts';
import { restoreRepository, saveRepository } from './saved-repository.ts';

export interface ScanResult {
  readonly change: ImageChange;
  /** What kept the scan from being whole; undefined when it is. */
  readonly error: unknown;
}

/** Details for people (ids, labels) are kept for so many images of a repository. */
const detailsKept = 12;
/** What only people look at is not worth more than half of the pulls that a host lets us have. */
const spareReserve = 0.5;

/**
 * One scan: the tag list, and then what decisions need of its tags.
 * @throws {FluxError} when there is no tag list; what was known stays
 */
export async function scanRepository(
  repository: Repository,
  source: ImageSource,
  interest: Interest,
  ports: FetchPorts,
  signal: AbortSignal,
): Promise<ScanResult> {
  const { cache, now, believesLabels } = ports;
  if (!repository.restored) await restoreRepository(repository, cache, believesLabels, now(), signal);
  const added = await takeList(repository, await listTags(repository, source, ports, signal), ports);
  repository.listedAt = timestampOf(new Date(now()));

  const plan = await planOf(repository, interest, now());
  if (plan.needed.length > 0) {
    const missing = plan.needed.filter(({ task }) => task === 'fetch').length;
    ports.log.log({
      info: 'refreshing image',
      image: repository.canonical,
      tag_count: repository.table.size,
      to_update: plan.needed.length,
      of_which_refresh: plan.needed.length - missing,
      of_which_missing: missing,
    });
  }
  const { changed, failed, error } = await fetchTags(repository, source, plan.needed, ports, signal);
  if (plan.needed.length > 0) {
    const successful = plan.needed.length - failed;
    ports.log.log({ updated: repository.canonical, successful, attempted: plan.needed.length });
  }
  repository.spare = plan.spare.length > 0;
  if (!believesLabels) repository.table.trim(detailsKept);
  const isNew = added.length + changed.length > 0;
  await saveRepository(repository, cache, isNew, now(), signal);
  const change = { repository: repository.canonical, added, changed };
  return { change, error: error ?? repository.listProblem };
}

/** Fetches a few more images of a scanned repository, for people to look at. */
export async function fillIn(
  repository: Repository,
  source: ImageSource,
  interest: Interest,
  ports: FetchPorts,
  signal: AbortSignal,
): Promise<ScanResult> {
  const { spare } = await planOf(repository, interest, ports.now());
  repository.spare = false;
  const modest = { ...ports, quotaReserve: spareReserve };
  const { changed, error } = await fetchTags(repository, source, spare, modest, signal);
  if (!ports.believesLabels) repository.table.trim(detailsKept);
  await saveRepository(repository, ports.cache, changed.length > 0, ports.now(), signal);
  return { change: { repository: repository.canonical, added: [], changed }, error };
}

async function planOf(repository: Repository, interest: Interest, now: number): Promise<TagPlan> {
  const { table } = repository;
  const key = interestKey(interest);
  // Most scans find the list that was there before.
  if (repository.choice?.table !== table || repository.choice.key !== key) {
    repository.choice = { table, key, tags: await chooseTags(table.names(), interest, createBreather()) };
  }
  return planTags(table, repository.choice.tags, Math.floor(now / 1000));
}

async function listTags(
  repository: Repository,
  source: ImageSource,
  { observer, now }: FetchPorts,
  signal: AbortSignal,
): Promise<TagList | undefined> {
  const started = now();
  let success = false;
  try {
    const list = await source.tags(repository.etag, signal);
    success = true;
    return list;
  } finally {
    observer.requested('tags', success, (now() - started) / 1000);
  }
}

/** @returns the tags that were not listed before */
async function takeList(
  repository: Repository,
  list: TagList | undefined,
  { memory }: FetchPorts,
): Promise<readonly string[]> {
  if (!list) return [];
  const before = repository.table;
  const { table, added, removed } = await before.renamed(list.tags, createBreather());
  for (const [name, index] of removed) {
    const fetched = fetchedOf(before.read(index, name));
    if (fetched) memory.put(fetched);
  }
  repository.table = table;
  repository.etag = list.etag;
  repository.listProblem = list.problem;
  return added;
}
