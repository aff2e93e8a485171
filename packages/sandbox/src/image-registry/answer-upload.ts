import { type Answer, emptyAnswer } from './answer.ts';
import { isDigest, isDigestOf } from './digest.ts';
import type { Exchange } from './exchange.ts';
import { RegistryError } from './registry-error.ts';

/** A blob comes in: in one request, in two, or in chunks; or it is taken over from another repository. */
export async function answerUpload(
  exchange: Exchange,
  repository: string,
  id: string | undefined,
): Promise<Answer> {
  const { uploads, method } = exchange;
  if (id === undefined) {
    if (method !== 'POST') throw new RegistryError('UNSUPPORTED');
    return beginUpload(exchange, repository);
  }
  switch (method) {
    case 'GET':
      return progress(exchange, repository, id, 204);
    case 'PATCH': {
      const bytes = await exchange.body();
      checkContentRange(exchange.headers['content-range'], uploads.size(repository, id), bytes.length);
      uploads.append(repository, id, bytes);
      return progress(exchange, repository, id, 202);
    }
    case 'PUT':
      uploads.append(repository, id, await exchange.body());
      return finishUpload(exchange, repository, uploads.finish(repository, id));
    case 'DELETE':
      uploads.finish(repository, id);
      return emptyAnswer(204);
    default:
      throw new RegistryError('UNSUPPORTED');
  }
}

async function beginUpload(exchange: Exchange, repository: string): Promise<Answer> {
  const { store, query, uploads } = exchange;
  const mount = query.get('mount');
  const from = query.get('from');
  const isMounted =
    mount !== null && from !== null && exchange.mayPull(from) && store.mountBlob(repository, mount, from);
  if (isMounted) return created(exchange, repository, mount);
  if (query.has('digest')) return finishUpload(exchange, repository, await exchange.body());
  return progress(exchange, repository, uploads.begin(repository), 202);
}

function finishUpload(exchange: Exchange, repository: string, bytes: Buffer): Answer {
  const digest = exchange.query.get('digest') ?? '';
  if (!isDigest(digest) || !isDigestOf(digest, bytes)) throw new RegistryError('DIGEST_INVALID');
  exchange.store.putBlob(repository, bytes, digest);
  return created(exchange, repository, digest);
}

function created({ baseUrl }: Exchange, repository: string, digest: string): Answer {
  const location = `${baseUrl}/v2/${repository}/blobs/${digest}`;
  return emptyAnswer(201, { location, 'docker-content-digest': digest });
}

function progress({ uploads, baseUrl }: Exchange, repository: string, id: string, status: number): Answer {
  const size = uploads.size(repository, id);
  return emptyAnswer(status, {
    location: `${baseUrl}/v2/${repository}/blobs/uploads/${id}`,
    'docker-upload-uuid': id,
    range: `0-${Math.max(size - 1, 0)}`,
  });
}

/** Chunks come in order, each where the one before it ended. @throws {RegistryError} RANGE_INVALID */
function checkContentRange(header: string | undefined, start: number, length: number): void {
  if (header === undefined) return;
  const [, first, last] = /^(?:bytes )?(\d+)-(\d+)$/.exec(header) ?? [];
  if (Number(first) !== start || Number(last) !== start + length - 1)
    throw new RegistryError('RANGE_INVALID');
}
