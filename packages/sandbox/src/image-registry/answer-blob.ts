import { type Answer, emptyAnswer } from './answer.ts';
import { parseRange } from './byte-range.ts';
import type { Exchange } from './exchange.ts';
import { RegistryError } from './registry-error.ts';

export function answerBlob(exchange: Exchange, repository: string, digest: string): Answer {
  const { store, method, settings, storageLinks, now } = exchange;
  switch (method) {
    case 'GET':
    case 'HEAD': {
      const bytes = store.blob(repository, digest);
      if (settings.redirectBlobs) {
        return emptyAnswer(307, { location: storageLinks.create(digest, bytes, now) });
      }
      return bytesAnswer(bytes, digest, exchange.headers['range']);
    }
    case 'DELETE':
      store.deleteBlob(repository, digest);
      return emptyAnswer(202);
    default:
      throw new RegistryError('UNSUPPORTED');
  }
}

/** @throws {RegistryError} RANGE_INVALID */
export function bytesAnswer(bytes: Buffer, digest: string, rangeHeader: string | undefined): Answer {
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'max-age=31536000',
  };
  const range = parseRange(rangeHeader, bytes.length);
  if (range === undefined) return { status: 200, headers, body: bytes };
  if (range === 'outside') {
    throw new RegistryError('RANGE_INVALID', { headers: { 'content-range': `bytes */${bytes.length}` } });
  }
  const { first, last } = range;
  const part = { ...headers, 'content-range': `bytes ${first}-${last}/${bytes.length}` };
  return { status: 206, headers: part, body: bytes.subarray(first, last + 1) };
}
