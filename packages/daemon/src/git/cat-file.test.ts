import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AnswerParser } from './cat-file.ts';

const id = 'ce013625030ba8dba906f756967f9e9ca394464a';

it('cuts answers wherever the pieces end', () => {
  const answer = fc.oneof(
    fc.constant(undefined),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
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
      const parser = new AnswerParser();
      const seen: (Buffer | undefined)[] = [];
      let at = 0;
      for (const size of [...cuts, output.length]) {
        if (at >= output.length) break;
        const piece = output.subarray(at, at + size + 1);
        at += piece.length;
        seen.push(...parser.push(piece).map((object) => object?.bytes));
      }
      expect(seen).toEqual(answers);
    }),
  );
});
