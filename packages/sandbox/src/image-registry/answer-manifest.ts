import { type Answer, emptyAnswer } from './answer.ts';
import { digestOf, isDigest, isDigestOf } from './digest.ts';
import { isEtagKnown } from './etag.ts';
import type { Exchange } from './exchange.ts';
import { isIndexType, isManifestType } from './media-types.ts';
import { negotiate } from './negotiate.ts';
import { RegistryError } from './registry-error.ts';
import { isTag } from './route.ts';

export interface ManifestTarget {
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

/** As the reference registry: larger ones are refused when they are pushed. */
const longestManifest = 4 * 1024 * 1024;

export async function answerManifest(exchange: Exchange, target: ManifestTarget): Promise<Answer> {
  const { store, headers, method } = exchange;
  const { repository, reference } = target;
  switch (method) {
    case 'GET':
    case 'HEAD': {
      const stored = store.manifest(repository, reference);
      const found = isDigest(reference) ? stored : negotiate(store, repository, stored, headers['accept']);
      const facts = { 'docker-content-digest': found.digest, etag: `"${found.digest}"` };
      if (isEtagKnown(headers['if-none-match'], found.digest)) return emptyAnswer(304, facts);
      return { status: 200, headers: { ...facts, 'content-type': found.type }, body: found.bytes };
    }
    case 'PUT':
      return putManifest(exchange, target);
    case 'DELETE':
      if (isDigest(reference)) store.deleteManifest(repository, reference);
      else store.untag(repository, reference);
      return emptyAnswer(202);
    default:
      throw new RegistryError('UNSUPPORTED');
  }
}

async function putManifest(exchange: Exchange, { repository, reference }: ManifestTarget): Promise<Answer> {
  const { store } = exchange;
  const type = (exchange.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const bytes = await exchange.body();
  if (bytes.length > longestManifest) throw new RegistryError('SIZE_INVALID');
  if (isDigest(reference) ? !isDigestOf(reference, bytes) : !isTag(reference)) {
    throw new RegistryError(reference.includes(':') ? 'DIGEST_INVALID' : 'TAG_INVALID');
  }
  for (const digest of referencesOf(bytes, type)) {
    const isThere = isIndexType(type)
      ? store.hasManifest(repository, digest)
      : store.hasBlob(repository, digest);
    if (!isThere) throw new RegistryError('MANIFEST_BLOB_UNKNOWN', { detail: digest });
  }
  const digest = store.putManifest(repository, { type, bytes });
  if (!isDigest(reference)) store.tag(repository, [reference], digest);
  const location = `${exchange.baseUrl}/v2/${repository}/manifests/${digestOf(bytes)}`;
  return emptyAnswer(201, { location, 'docker-content-digest': digest });
}

/** What must be there before. @throws {RegistryError} MANIFEST_INVALID */
function referencesOf(bytes: Buffer, type: string): readonly string[] {
  const manifest = parseObject(bytes);
  const { mediaType, config, layers, manifests } = manifest;
  if (!isManifestType(type)) throw invalid(`unknown media type ${type}`);
  if (mediaType !== undefined && mediaType !== type) throw invalid(`the content says ${String(mediaType)}`);
  const wanted = isIndexType(type) ? manifests : [config, ...(Array.isArray(layers) ? layers : [undefined])];
  if (!Array.isArray(wanted)) throw invalid('no manifests');
  return wanted.map((descriptor: unknown) => {
    const digest =
      typeof descriptor === 'object' && descriptor !== null && 'digest' in descriptor && descriptor.digest;
    if (typeof digest !== 'string') throw invalid('a descriptor without a digest');
    return digest;
  });
}

function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // said below
  }
  throw invalid('no JSON object');
}

function invalid(detail: string): RegistryError {
  return new RegistryError('MANIFEST_INVALID', { detail });
}
