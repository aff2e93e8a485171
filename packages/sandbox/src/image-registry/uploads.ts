import { randomUUID } from 'node:crypto';
import { RegistryError } from './registry-error.ts';

/** Blobs that are on their way, by repository and id. */
export class Uploads {
  readonly #open = new Map<string, Buffer[]>();

  begin(repository: string): string {
    const id = randomUUID();
    this.#open.set(`${repository} ${id}`, []);
    return id;
  }

  /** Bytes that are there. @throws {RegistryError} BLOB_UPLOAD_UNKNOWN */
  size(repository: string, id: string): number {
    return this.#chunks(repository, id).reduce((sum, chunk) => sum + chunk.length, 0);
  }

  append(repository: string, id: string, bytes: Buffer): void {
    this.#chunks(repository, id).push(bytes);
  }

  /** All bytes; the upload is over. */
  finish(repository: string, id: string): Buffer {
    const chunks = this.#chunks(repository, id);
    this.#open.delete(`${repository} ${id}`);
    return Buffer.concat(chunks);
  }

  #chunks(repository: string, id: string): Buffer[] {
    const chunks = this.#open.get(`${repository} ${id}`);
    if (!chunks) throw new RegistryError('BLOB_UPLOAD_UNKNOWN');
    return chunks;
  }
}
