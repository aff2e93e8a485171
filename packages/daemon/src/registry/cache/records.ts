import { goJson } from '@fluxctl/shared/go-json';
import { canonicalName, type ImageName } from '@fluxctl/shared/images/image-ref';
import { parseTimestamp, printTimestamp, type Timestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { type Breather, eachWithBreath } from '../../waiting/breather.ts';
import { isTag } from '../distribution/is-tag.ts';
import { buildDateLabel, createdLabel } from '../distribution/manifest.ts';

/** What Flux v1 keeps of one tag. */
export type ManifestRecord = ImageRecord | { readonly kind: 'excluded'; readonly reason: string };

export interface ImageRecord {
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

/** What Flux v1 keeps of one repository. */
export interface RepositoryRecord {
  readonly tags: readonly string[];
  readonly images: readonly ImageRecord[];
  readonly lastError: string;
  readonly lastUpdate: Timestamp;
}

export function manifestKey(name: ImageName, tag: string): string {
  return `registryhistoryv3|${canonicalName(name)}|${tag}`;
}

export function repositoryKey(name: ImageName): string {
  return `registryrepov4|${canonicalName(name)}`;
}

/**
 * @param deadline - when to ask the registry again, in seconds since 1970
 * @param json - as `encodeManifest` and `encodeRepository` give it
 */
export function packRecord(deadline: number, json: string): Buffer {
  const packed = Buffer.alloc(4 + Buffer.byteLength(json));
  packed.writeUInt32BE(deadline >>> 0, 0);
  packed.write(json, 4);
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

/** As Flux v1 writes it, byte for byte, and what is ours behind that: v1 passes over it. */
export function encodeManifest(name: ImageName, record: ManifestRecord): string {
  if (record.kind === 'excluded') return goJson({ ExcludedReason: record.reason });
  return goJson({
    ID: `${canonicalName(name)}:${record.tag}`,
    Digest: record.digest || undefined,
    ImageID: record.imageId || undefined,
    Labels: {
      [buildDateLabel]: labelTime(record, buildDateLabel),
      [createdLabel]: labelTime(record, createdLabel),
    },
    CreatedAt: printTimestamp(record.createdAt) || undefined,
    LastFetched: printTimestamp(record.lastFetched) || undefined,
    TagDigest: record.tagDigest || undefined,
  });
}

/** Flux v1 reads its labels as times: one that is none would spoil the record. */
function labelTime({ labels }: ImageRecord, label: string): string | undefined {
  return printTimestamp(parseTimestamp(labels[label] ?? '') ?? zeroTime) || undefined;
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

/** As Flux v1 writes it; it may be megabytes. */
export async function encodeRepository(
  name: ImageName,
  { tags, images, lastError, lastUpdate }: RepositoryRecord,
  breathe: Breather,
): Promise<string> {
  const entries: string[] = [];
  await eachWithBreath(images, breathe, (image) => {
    entries.push(`${JSON.stringify(image.tag)}:${encodeManifest(name, image)}`);
  });
  const updated = lastUpdate === zeroTime ? '0001-01-01T00:00:00Z' : printTimestamp(lastUpdate);
  const error = `"LastError":${goJson(lastError)},"LastUpdate":${goJson(updated)}`;
  return `{"Tags":${JSON.stringify(tags)},"Images":{${entries.join(',')}},${error}}`;
}

export function decodeRepository(json: Record<string, unknown>): RepositoryRecord {
  const tags = Array.isArray(json['Tags']) ? json['Tags'] : [];
  const images = typeof json['Images'] === 'object' ? Object.entries(json['Images'] ?? {}) : [];
  return {
    tags: tags.filter((tag): tag is string => typeof tag === 'string' && isTag(tag)),
    images: images.flatMap(([tag, image]) => {
      const isObject = typeof image === 'object' && image !== null;
      const record = isObject ? decodeManifest(tag, image as Record<string, unknown>) : undefined;
      return record?.kind === 'image' ? [record] : [];
    }),
    lastError: typeof json['LastError'] === 'string' ? json['LastError'] : '',
    lastUpdate: parseTimestamp(String(json['LastUpdate'] ?? '')) ?? zeroTime,
  };
}
