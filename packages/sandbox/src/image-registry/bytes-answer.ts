import type { Answer } from './answer.ts';
import { parseRange } from './byte-range.ts';
import { RegistryError } from './registry-error.ts';

/** A blob, or the part of it that the `Range` header names. @throws {RegistryError} RANGE_INVALID */
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
