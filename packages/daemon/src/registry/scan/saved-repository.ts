import { timestampOf, zeroTime } from '@fluxctl/shared/timestamp';
import { createBreather, eachWithBreath } from '../../waiting/breather.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import {
  decodeManifest,
  decodeRepository,
  encodeManifest,
  encodeRepository,
  type ImageRecord,
  type ManifestRecord,
  manifestKey,
  packRecord,
  recordExpiry,
  repositoryKey,
  unpackRecord,
} from '../cache/records.ts';
import { buildTime } from './build-time.ts';
import type { Repository } from './repository.ts';
import type { TagEntry } from './tag-table.ts';

const hour = 3600;
const week = 7 * 24 * hour;
/** An unchanged record is written again after this, in milliseconds: memcached may have lost it. */
const savedAgainMs = 3_600_000;

/** Takes what an outer cache knows, once: after a restart nothing needs to be fetched again. */
export async function restoreRepository(
  repository: Repository,
  cache: ImageCache,
  believesLabels: boolean,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  repository.restored = true;
  const packed = await cache.get(repositoryKey(repository.name), signal);
  const unpacked = packed && unpackRecord(packed);
  if (!unpacked) return;
  const record = decodeRepository(unpacked.json);
  if (record.lastUpdate === zeroTime) return;
  const breathe = createBreather();
  const { table } = await repository.table.renamed(record.tags, breathe);
  const images = new Map(record.images.map((image) => [image.tag, image]));
  table.reserve(images.size);
  await eachWithBreath(record.tags, breathe, (tag, index) => {
    const image = images.get(tag);
    if (image) table.write(index, tag, entryOf(image, image.lastFetched, believesLabels));
  });
  repository.table = table;
  repository.listedAt = record.lastUpdate;
  repository.savedAt = now;
}

/** Writes what is known of a repository, when something is new or the last record is old. */
export async function saveRepository(
  repository: Repository,
  cache: ImageCache,
  changed: boolean,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  if (!cache.keeps || (!changed && now - repository.savedAt < savedAgainMs)) return;
  const { table, name, listedAt, error } = repository;
  const tags = table.names();
  const images: ImageRecord[] = [];
  const breathe = createBreather();
  await eachWithBreath(tags, breathe, (tag, index) => {
    const record = recordOf(tag, table.read(index, tag));
    if (record?.kind === 'image') images.push(record);
  });
  const json = await encodeRepository(
    name,
    { tags, images, lastError: error, lastUpdate: listedAt },
    breathe,
  );
  const seconds = Math.floor(now / 1000);
  const deadline = seconds + week;
  await cache.set(repositoryKey(name), packRecord(deadline, json), recordExpiry(deadline, seconds), signal);
  repository.savedAt = now;
}

/** What an outer cache knows of one tag, as long as it need not be refreshed. */
export async function restoreTag(
  repository: Repository,
  tag: string,
  cache: ImageCache,
  believesLabels: boolean,
  now: number,
  signal: AbortSignal,
): Promise<TagEntry | undefined> {
  const packed = await cache.get(manifestKey(repository.name, tag), signal);
  const unpacked = packed && unpackRecord(packed);
  const record = unpacked && decodeManifest(tag, unpacked.json);
  const seconds = Math.floor(now / 1000);
  if (!unpacked || !record || unpacked.deadline <= seconds) return undefined;
  if (record.kind === 'image') {
    const entry = entryOf(record, record.lastFetched, believesLabels);
    return entry.state === 'known' ? { ...entry, refreshAt: unpacked.deadline } : entry;
  }
  const looks = { fetchedAt: seconds, refreshAt: unpacked.deadline };
  return { state: 'excluded', reason: record.reason, tagDigest: '', ...looks };
}

export async function saveTag(
  repository: Repository,
  tag: string,
  entry: TagEntry,
  cache: ImageCache,
  signal: AbortSignal,
): Promise<void> {
  const record = cache.keeps ? recordOf(tag, entry) : undefined;
  if (!record || entry.state === 'unseen') return;
  const { refreshAt, fetchedAt } = entry;
  const packed = packRecord(refreshAt, encodeManifest(repository.name, record));
  await cache.set(manifestKey(repository.name, tag), packed, recordExpiry(refreshAt, fetchedAt), signal);
}

/** Refreshed an hour after it was fetched: how often it changed is not known any more. */
function entryOf(
  { tagDigest, digest, imageId, labels, createdAt }: ImageRecord,
  lastFetched: string,
  believesLabels: boolean,
): TagEntry {
  const fetchedAt = lastFetched === '' ? 0 : Math.floor(Date.parse(`${lastFetched.slice(0, 19)}Z`) / 1000);
  return {
    state: 'known',
    image: { tagDigest, digest, imageId, labels, createdAt: buildTime(createdAt, labels, believesLabels) },
    fetchedAt,
    refreshAt: fetchedAt + hour,
  };
}

function recordOf(tag: string, entry: TagEntry): ManifestRecord | undefined {
  if (entry.state === 'excluded') return { kind: 'excluded', reason: entry.reason };
  if (entry.state !== 'known') return undefined;
  const lastFetched = timestampOf(new Date(entry.fetchedAt * 1000));
  return { kind: 'image', tag, ...entry.image, lastFetched };
}
