import type { IncomingMessage } from 'node:http';
import { ApiError } from '../api-error.ts';

const limit = 3 * 1024 * 1024;

/** @throws {ApiError} 413 above 3 MiB, as the real server */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      const text = `Request entity too large: limit is ${limit}`;
      throw new ApiError(413, 'RequestEntityTooLarge', text, {});
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
