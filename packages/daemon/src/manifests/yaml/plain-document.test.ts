import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ComposedDocument, composeEvents } from './compose.ts';
import { parseDocument } from './parse-events.ts';
import { readPlainDocument } from './plain-document.ts';

/** By the parser that knows all of YAML. */
const readByEvents = (text: string): ComposedDocument => composeEvents(parseDocument(text));

function isReadAlike(text: string): boolean {
  const plain = readPlainDocument(text);
  if (plain) expect(readByEvents(text), text).toEqual({ ...plain, itemLines: [], remarks: [] });
  return plain !== undefined;
}

const documents = [
  { what: 'mappings by indentation', text: 'a:\n  b: 1\n  c:\n      d: x\n      e: y\nf: z\n' },
  { what: 'lists that are indented, and others', text: 'a:\n- x\n- y\nb:\n  - z\nc: w' },
  {
    what: 'lists of mappings',
    text: 'a:\n- b: x\n  c: [1]\n-   b: y\n    d:\n    - e\n-\n  f: g\n-\n- h:\n',
  },
  { what: 'brackets', text: 'a: {b: c, d: [e, {f: "g"}], h: [ ] }\nb: {}\nc: [--x=:8, -1, http://y:80]' },
  { what: 'quotes', text: 'a: "x: y # z"\n"b": \'{c}\'\n\'d\': ""\ne: it\'s "f"\ng:\n- "h": i' },
  { what: 'comments', text: '# a\n\n---\n  # b\na: x # c\n\n# d\nb:   # e\n  # f\n  c: x#y\n#g' },
  {
    what: 'scalars of all types',
    text: 'a: 1\nb: 1.50\nc: yes\nd: ~\ne:\nf: 0400\ng: 2001-01-01\nh: x  y',
  },
  { what: 'blocks', text: 'a: |\n  x\n\n    y\n  # z\nb:\n- |-\n   w\n\n\n# c\nd: |\n  e' },
  { what: 'letters of all languages', text: 'a: grüße\n# 漢字\nb: "漢字"' },
];

/** What is put where it does not belong. */
const fragments = [
  '',
  ' ',
  '  ',
  '\n',
  '\n  ',
  '\n- ',
  '- ',
  'x',
  '1',
  '-',
  ':',
  ': ',
  'b: ',
  '#',
  ' #',
  '"',
  "'",
  '\\',
  '|',
  '>',
  '[',
  ']',
  '{',
  '}',
  ', ',
  '&',
  '*',
  '!',
  '?',
  '%',
  '@',
  '<<',
  '~',
  '.',
  '---',
  '...',
  '\t',
];

describe('readPlainDocument', () => {
  it.each(documents)('reads $what', ({ text }) => {
    expect(isReadAlike(text)).toBe(true);
  });

  it.each([
    { what: 'anchors and aliases', text: 'a: &x 1\nb: *x' },
    { what: 'tags', text: 'a: !!str 1' },
    { what: 'merges', text: 'a: {b: 1}\n<<: {c: 2}' },
    { what: 'duplicate keys', text: 'a: 1\na: 2' },
    { what: 'keys that are no strings', text: 'yes: 1' },
    { what: 'numbers that JSON does not know', text: 'a: .inf' },
    { what: 'texts over several lines', text: 'a: x\n  y' },
    { what: 'folded texts', text: 'a: >\n  x' },
    { what: 'escapes', text: 'a: "\\n"' },
    { what: 'tabs', text: 'a:\tx' },
    { what: 'carriage returns', text: 'a: 1\r\n' },
    { what: 'the entries of a list document', text: 'kind: List\nitems:\n- a: 1' },
    { what: 'a document without keys', text: '- a' },
    { what: 'indentation that does not fit', text: 'a:\n    b: 1\n  c: 2' },
    { what: 'what is no YAML', text: 'a: [1' },
    { what: 'nothing', text: '# only a comment\n' },
    { what: 'collections nested deeply', text: `a: ${'['.repeat(200)}${']'.repeat(200)}` },
  ])('leaves $what to others', ({ text }) => {
    expect(readPlainDocument(text)).toBeUndefined();
  });

  it('reads nothing differently, wherever such a document is changed', () => {
    const change = fc.record({
      text: fc.constantFrom(...documents.map(({ text }) => text)),
      place: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.constantFrom(0, 0, 1, 1, 2, 5),
      added: fc.constantFrom(...fragments),
    });
    let read = 0;
    fc.assert(
      fc.property(change, ({ text, place, removed, added }) => {
        const at = Math.floor(place * text.length);
        if (isReadAlike(text.slice(0, at) + added + text.slice(at + removed))) read += 1;
      }),
      { numRuns: 5_000 },
    );
    expect(read).toBeGreaterThan(500);
  });
});
