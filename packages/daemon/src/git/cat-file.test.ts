import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AnswerParser, type GitObject } from './cat-file.ts';

const id = 'ce013625030ba8dba906f756967f9e9ca394464a';
const mostBytes = 150;

it('cuts answers wherever the pieces end, and passes over what is too large', () => {
  const answer = fc.oneof(
    fc.constant(undefined),
    fc.uint8Array({ maxLength: 2 * mostBytes }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 20 }), fc.array(fc.nat(200)), (answers, cuts) => {
      const output = Buffer.concat(
        answers.flatMap((bytes) =>
          bytes
            ? [Buffer.from(`${id} blob ${bytes.length}\n`), bytes, Buffer.from('\n')]
            : [Buffer.from('x missing\n')],
        ),
      );
      const parser = new AnswerParser(mostBytes);
      const seen: (GitObject | undefined)[] = [];
      let at = 0;
      for (const size of [...cuts, output.length]) {
        if (at >= output.length) break;
        const piece = output.subarray(at, at + size + 1);
        at += piece.length;
        seen.push(...parser.push(piece));
      }
      expect(seen).toEqual(
        answers.map(
          (bytes) => bytes && { id, type: 'blob', bytes: bytes.length > mostBytes ? undefined : bytes },
        ),
      );
    }),
  );
});
