import { ServerError } from '@fluxctl/shared/errors';
import type { BlobId, TreeReader } from '../git/repository.ts';

/** Bytes that are kept after a load, as the objects that changed are asked for right after it. */
const maxKeptBytes = 16 * 1024 * 1024;
/** Blobs may be views of one buffer up to this size, as they were read one after the other. */
const largestShared = 256 * 1024;

/** Single blobs, out of what was read lately or else from git. */
export class BlobStore {
  readonly #reader: Pick<TreeReader, 'blobs'>;
  readonly #kept = new Map<BlobId, Buffer>();
  #keptBytes = 0;

  constructor(reader: Pick<TreeReader, 'blobs'>) {
    this.#reader = reader;
  }

  /** Keeps bytes that were read in another way, in place of the oldest. */
  keep(id: BlobId, bytes: Buffer): void {
    if (this.#kept.has(id)) return;
    // a view of a large buffer would keep all of it
    const own = bytes.buffer.byteLength > largestShared ? Buffer.from(bytes) : bytes;
    this.#kept.set(id, own);
    this.#keptBytes += own.byteLength;
    for (const [oldest, { byteLength }] of this.#kept) {
      if (this.#keptBytes <= maxKeptBytes || oldest === id) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= byteLength;
    }
  }

  async read(id: BlobId, signal: AbortSignal): Promise<Buffer> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    for await (const { bytes } of this.#reader.blobs([id], signal)) {
      if (bytes === undefined) break;
      this.keep(id, bytes);
      return bytes;
    }
    throw new ServerError(`blob ${id} is missing in the mirror`);
  }
}
