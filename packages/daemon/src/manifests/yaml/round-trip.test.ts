import fc from 'fast-check';
import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { composeDocument } from './compose.ts';
import { splitDocuments } from './documents.ts';
import { createYamlEncoder } from './encode.ts';
import { toJson } from './to-json.ts';

const encoder = createYamlEncoder();

function read(text: string): string {
  const [only, ...more] = [...splitDocuments(text)];
  expect(more).toEqual([]);
  return JSON.stringify(toJson(composeDocument(only?.text ?? '').root));
}

const json = fc.dictionary(
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }),
);

describe('any JSON object', () => {
  it.each([
    { writer: 'js-yaml', write: (value: unknown) => dump(value) },
    { writer: 'yaml', write: (value: unknown) => stringify(value, { defaultStringType: 'QUOTE_DOUBLE' }) },
    { writer: 'JSON', write: (value: unknown) => JSON.stringify(value) },
    { writer: 'indented JSON', write: (value: unknown) => JSON.stringify(value, null, '\t') },
  ])('is read as it was from what $writer makes of it', ({ write }) => {
    fc.assert(
      fc.property(json, (object) => {
        const plain: unknown = JSON.parse(JSON.stringify(object));
        expect(read(write(plain))).toBe(JSON.stringify(plain));
      }),
      { numRuns: 300 },
    );
  });

  it("means the same in Flux v1's encoding", () => {
    fc.assert(
      fc.property(json, (object) => {
        const plain: unknown = JSON.parse(JSON.stringify(object));
        const root = composeDocument(JSON.stringify(plain)).root;
        const encoded = Buffer.from(encoder.encode(root)).toString();
        expect(JSON.parse(read(encoded))).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });
});
