import { describe, expect, it } from 'vitest';
import { splitDocuments } from './documents.ts';

const split = (text: string) => [...splitDocuments(text)].map((slice) => [slice.line, slice.text]);

describe('splitDocuments', () => {
  it.each([
    { because: 'nothing is no document', text: '', documents: [] },
    { because: 'comments are no document', text: '# a\n\n# b\n', documents: [] },
    { because: 'one without a marker', text: 'a: 1\n', documents: [[1, 'a: 1\n']] },
    {
      because: 'what stands before the first marker belongs to it',
      text: '# c\n---\na: 1\n',
      documents: [[1, '# c\n---\na: 1\n']],
    },
    {
      because: 'directives belong to what follows',
      text: 'a: 1\n...\n%YAML 1.1\n---\nb: 2\n',
      documents: [
        [1, 'a: 1\n...\n'],
        [3, '%YAML 1.1\n---\nb: 2\n'],
      ],
    },
    {
      because: 'two',
      text: 'a: 1\n---\nb: 2',
      documents: [
        [1, 'a: 1\n'],
        [2, '---\nb: 2'],
      ],
    },
    {
      because: 'empty documents count',
      text: '---\n---\na: 1\n',
      documents: [
        [1, '---\n'],
        [2, '---\na: 1\n'],
      ],
    },
    {
      because: 'a marker with a comment or content',
      text: '--- # x\na: 1\n--- {b: 2}\n',
      documents: [
        [1, '--- # x\na: 1\n'],
        [3, '--- {b: 2}\n'],
      ],
    },
    {
      because: 'CRLF',
      text: 'a: 1\r\n---\r\nb: 2\r\n',
      documents: [
        [1, 'a: 1\r\n'],
        [2, '---\r\nb: 2\r\n'],
      ],
    },
    {
      because: 'longer dashes are no marker',
      text: 'a: |\n  x\n----\n',
      documents: [[1, 'a: |\n  x\n----\n']],
    },
    { because: 'indented dashes are no marker', text: 'a: |\n  ---\n', documents: [[1, 'a: |\n  ---\n']] },
    {
      because: 'a marker ends what was left open',
      text: 'a: "x\n---\nb: 2\n',
      documents: [
        [1, 'a: "x\n'],
        [2, '---\nb: 2\n'],
      ],
    },
    {
      because: 'a directive for nothing is an error to be told',
      text: '%x: 1\n',
      documents: [[1, '%x: 1\n']],
    },
    { because: 'end markers alone', text: '...\n...\n# x\n', documents: [] },
  ])('$because', ({ text, documents }) => {
    expect(split(text)).toEqual(documents);
  });

  it('numbers the documents', () => {
    expect([...splitDocuments('a\n---\nb\n---\nc')].map(({ document }) => document)).toEqual([1, 2, 3]);
  });

  it('tells where each starts', () => {
    const text = 'a: é\n---\nb: 2\n';
    for (const slice of splitDocuments(text)) {
      expect(text.slice(slice.start, slice.start + slice.text.length)).toBe(slice.text);
    }
  });
});
