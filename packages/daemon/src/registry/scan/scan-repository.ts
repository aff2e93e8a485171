import { timestampOf } from '@fluxctl/shared/timestamp';
import type { ImageSource, TagList } from '../distribution/image-source.ts';
import type { ImageChange } from '../image-registry.ts';
import { type FetchPorts, fetchedOf, fetchTags } from './fetch-tags.ts';
import { type Interest, planTags, type TagPlan } from './plan-tags.ts';
import type { Repository } from './repository.ts';
import { restoreRepository, saveRepository } from './saved-repository.ts';

export interface ScanResult {
  readonly change: ImageChange;
  /** What kept the scan from being whole; undefined when it is. */
  readonly error: unknown;
}

/** Details for people (ids, labels) are kept for so many images of a repository. */
const detailsKept = 12;

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
  if (!repository.restored) await restoreRepository(repository, cache, believesLabels, signal);
  const added = takeList(repository, await listTags(repository, source, ports, signal), ports);
  repository.listedAt = timestampOf(new Date(now()));

  const plan = planOf(repository, interest, now());
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
  return { change: { repository: repository.canonical, added, changed }, error };
}

/** Fetches a few more images of a scanned repository, for people to look at. */
export async function fillIn(
  repository: Repository,
  source: ImageSource,
  interest: Interest,
  ports: FetchPorts,
  signal: AbortSignal,
): Promise<ScanResult> {
  const { spare } = planOf(repository, interest, ports.now());
  repository.spare = false;
  const { changed, error } = await fetchTags(repository, source, spare, ports, signal);
  if (!ports.believesLabels) repository.table.trim(detailsKept);
  await saveRepository(repository, ports.cache, changed.length > 0, ports.now(), signal);
  return { change: { repository: repository.canonical, added: [], changed }, error };
}

function planOf({ table }: Repository, interest: Interest, now: number): TagPlan {
  const names = table.names();
  return planTags(names, (index) => table.read(index, names[index] ?? ''), interest, Math.floor(now / 1000));
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
function takeList(
  repository: Repository,
  list: TagList | undefined,
  { memory }: FetchPorts,
): readonly string[] {
  if (!list) return [];
  const before = repository.table;
  const { table, added, removed } = before.renamed(list.tags);
  for (const [name, index] of removed) {
    const fetched = fetchedOf(before.read(index, name));
    if (fetched) memory.put(fetched);
  }
  repository.table = table;
  repository.etag = list.etag;
  return added;
}
