import { canonicalName, type ImageName } from '@fluxctl/shared/images/image-ref';
import { parseTimestamp, printTimestamp, type Timestamp, zeroTime } from '@fluxctl/shared/timestamp';

/** What Flux v1 keeps of one tag. */
export type ManifestRecord =
  | {
      readonly kind: 'image';
      readonly tag: string;
      readonly createdAt: Timestamp;
      readonly digest: string;
      readonly imageId: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly lastFetched: Timestamp;
      /** Ours: what the tag names, of an index its own digest. Empty in what Flux v1 wrote. */
      readonly tagDigest: string;
    }
  | { readonly kind: 'excluded'; readonly reason: string };

/** What Flux v1 keeps of one repository. */
export interface RepositoryRecord {
  readonly tags: readonly string[];
  readonly images: readonly Extract<ManifestRecord, { kind: 'image' }>[];
  readonly lastError: string;
  readonly lastUpdate: Timestamp;
}

export function manifestKey(name: ImageName, tag: string): string {
  return `registryhistoryv3|${canonicalName(name)}|${tag}`;
}

export function repositoryKey(name: ImageName): string {
  return `registryrepov4|${canonicalName(name)}`;
}

/** @param deadline - when to ask the registry again, in seconds since 1970 */
export function packRecord(deadline: number, json: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  const packed = Buffer.alloc(4 + text.length);
  packed.writeUInt32BE(deadline >>> 0, 0);
  text.copy(packed, 4);
  return packed;
}

/** Undefined when it is none: somebody else's, or half of one. */
export function unpackRecord(
  packed: Buffer,
): { deadline: number; json: Record<string, unknown> } | undefined {
  if (packed.length < 6) return undefined;
  try {
    const json: unknown = JSON.parse(packed.subarray(4).toString('utf8'));
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
    return { deadline: packed.readUInt32BE(0), json: json as Record<string, unknown> };
  } catch {
    return undefined;
  }
}

/** How long memcached keeps a record, in seconds. */
export function recordExpiry(deadline: number, nowSeconds: number): number {
  return Math.max(3600, 2 * (deadline - nowSeconds));
}

export function encodeManifest(name: ImageName, record: ManifestRecord): Record<string, unknown> {
  if (record.kind === 'excluded') return { ExcludedReason: record.reason };
  return withoutEmpty({
    ID: `${canonicalName(name)}:${record.tag}`,
    Digest: record.digest,
    ImageID: record.imageId,
    Labels: goodLabels(record.labels),
    CreatedAt: printTimestamp(record.createdAt),
    LastFetched: printTimestamp(record.lastFetched),
    TagDigest: record.tagDigest,
  });
}

/** Flux v1 reads its labels as times: one that is none would spoil the record. */
function goodLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([, value]) => (parseTimestamp(value) ?? zeroTime) !== zeroTime),
  );
}

export function decodeManifest(tag: string, json: Record<string, unknown>): ManifestRecord | undefined {
  const text = (key: string): string => (typeof json[key] === 'string' ? json[key] : '');
  if (text('ExcludedReason') !== '') return { kind: 'excluded', reason: text('ExcludedReason') };
  if (text('ID') === '') return undefined;
  const labels = typeof json['Labels'] === 'object' ? (json['Labels'] ?? {}) : {};
  return {
    kind: 'image',
    tag,
    digest: text('Digest'),
    imageId: text('ImageID'),
    labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => typeof value === 'string')),
    createdAt: parseTimestamp(text('CreatedAt')) ?? zeroTime,
    lastFetched: parseTimestamp(text('LastFetched')) ?? zeroTime,
    tagDigest: text('TagDigest'),
  };
}

export function encodeRepository(name: ImageName, record: RepositoryRecord): Record<string, unknown> {
  const images = record.images.map((image) => [image.tag, encodeManifest(name, image)] as const);
  return {
    ...withoutEmpty({ LastError: record.lastError }),
    LastUpdate: record.lastUpdate === zeroTime ? '0001-01-01T00:00:00Z' : printTimestamp(record.lastUpdate),
    Tags: record.tags,
    Images: Object.fromEntries(images),
  };
}

export function decodeRepository(json: Record<string, unknown>): RepositoryRecord {
  const tags = Array.isArray(json['Tags']) ? json['Tags'] : [];
  const images = typeof json['Images'] === 'object' ? Object.entries(json['Images'] ?? {}) : [];
  return {
    tags: tags.filter((tag): tag is string => typeof tag === 'string' && tag !== '' && !tag.includes('\n')),
    images: images.flatMap(([tag, image]) => {
      const isObject = typeof image === 'object' && image !== null;
      const record = isObject ? decodeManifest(tag, image as Record<string, unknown>) : undefined;
      return record?.kind === 'image' ? [record] : [];
    }),
    lastError: typeof json['LastError'] === 'string' ? json['LastError'] : '',
    lastUpdate: parseTimestamp(String(json['LastUpdate'] ?? '')) ?? zeroTime,
  };
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}
