import { type Answer, emptyAnswer } from './answer.ts';
import { digestOf, isDigest, isDigestOf } from './digest.ts';
import { isEtagKnown } from './etag.ts';
import type { Exchange } from './exchange.ts';
import { isIndexType, isManifestType, schema1Type } from './media-types.ts';
import { negotiate } from './negotiate.ts';
import { RegistryError } from './registry-error.ts';
import { isTag } from './route.ts';
import { signedPayload } from './signed-payload.ts';

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
  const content = type === schema1Type ? signedPayload(bytes) : bytes;
  if (content === undefined) throw invalid('no signature');
  if (isDigest(reference) ? !isDigestOf(reference, content) : !isTag(reference)) {
    throw new RegistryError(reference.includes(':') ? 'DIGEST_INVALID' : 'TAG_INVALID');
  }
  for (const wanted of referencesOf(parseObject(bytes), type)) {
    const isThere = isIndexType(type)
      ? store.hasManifest(repository, wanted)
      : store.hasBlob(repository, wanted);
    if (!isThere) throw new RegistryError('MANIFEST_BLOB_UNKNOWN', { detail: wanted });
  }
  const digest = isDigest(reference) ? reference : digestOf(content);
  store.putManifest(repository, { digest, type, bytes });
  if (!isDigest(reference)) store.tag(repository, [reference], digest);
  const location = `${exchange.baseUrl}/v2/${repository}/manifests/${digest}`;
  return emptyAnswer(201, { location, 'docker-content-digest': digest });
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Digests of what must be there before. @throws {RegistryError} MANIFEST_INVALID */
function referencesOf(manifest: JsonObject, type: string): readonly string[] {
  const { mediaType, config, layers, manifests, fsLayers } = manifest;
  if (!isManifestType(type) && type !== schema1Type) throw invalid(`unknown media type ${type}`);
  if (mediaType !== undefined && mediaType !== type) throw invalid(`the content says ${String(mediaType)}`);
  if (type === schema1Type) return digestsIn(fsLayers, 'blobSum');
  if (isIndexType(type)) return digestsIn(manifests, 'digest');
  return [...digestsIn([config], 'digest'), ...digestsIn(layers, 'digest')];
}

function digestsIn(list: unknown, member: string): readonly string[] {
  if (!Array.isArray(list)) throw invalid('a list is missing');
  return list.map((entry: unknown) => {
    const digest = isObject(entry) ? entry[member] : undefined;
    if (typeof digest !== 'string') throw invalid(`a descriptor without ${member}`);
    return digest;
  });
}

function parseObject(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (isObject(value)) return value;
  } catch {
    // said below
  }
  throw invalid('no JSON object');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

function invalid(detail: string): RegistryError {
  return new RegistryError('MANIFEST_INVALID', { detail });
}
