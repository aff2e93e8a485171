import { createBreather } from '../waiting/breather.ts';

/** In bytes: a write costs more than the copying of so much, and so much of every answer may be on its way at once. */
const blockSize = 256 * 1024;

/** Puts small pieces together to what is worth a write. The pieces are made as they are needed; others get their turn. */
export async function* inBlocks(pieces: Iterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const breathe = createBreather();
  let waiting: Buffer[] = [];
  let size = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    size += piece.length;
    if (size >= blockSize) {
      yield Buffer.concat(waiting, size);
      waiting = [];
      size = 0;
    }
    const pause = breathe();
    if (pause) await pause;
  }
  if (size > 0) yield Buffer.concat(waiting, size);
}
