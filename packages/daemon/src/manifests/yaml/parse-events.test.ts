import { describe, expect, it } from 'vitest';
import { composeDocument } from './compose.ts';
import { toJson } from './to-json.ts';

const read = (text: string): unknown => toJson(composeDocument(text).root);

describe('brackets and quotes that end right below their key, as Go takes them', () => {
  it.each([
    { because: 'a list', text: 'a: [\n  x,\n]\nb: 1\n', json: { a: ['x'], b: 1 } },
    { because: 'a list in a list', text: 's:\n- a: [\n    x,\n  ]\n- b\n', json: { s: [{ a: ['x'] }, 'b'] } },
    {
      because: 'a mapping',
      text: 'a: {\n  x: {\n    z: 1\n  }\n}\nb: {\n}\n',
      json: { a: { x: { z: 1 } }, b: {} },
    },
    {
      because: 'all lines at the margin',
      text: 'a:\n  b: {\n"x": [\n1,\n# c\n2\n],\n"z": "t"\n}\nc: 1\n',
      json: { a: { b: { x: [1, 2], z: 't' } }, c: 1 },
    },
    { because: 'text in double quotes', text: 'a: "x\ny\n\n  z"\nb: 1\n', json: { a: 'x y\nz', b: 1 } },
    {
      because: 'text in single quotes',
      text: "a:\n  b: 'x\n  y'\n  c: 1\n",
      json: { a: { b: 'x y', c: 1 } },
    },
    { because: 'CRLF', text: 'a: [\r\n  x\r\n]\r\nb: 1\r\n', json: { a: ['x'], b: 1 } },
    {
      because: 'a block text beside it stays as it is',
      text: 'a: [\n]\nb: |\n  x\n    y\nc: [\n]\n',
      json: { a: [], b: 'x\n  y\n', c: [] },
    },
  ])('$because', ({ text, json }) => {
    expect(read(text)).toEqual(json);
  });

  it('takes many of them, and long ones', () => {
    const many = Array.from({ length: 100 }, (_, index) => `k${index}: [\n]\n`).join('');
    expect(Object.keys(read(many) as object)).toHaveLength(100);
    const lines = Array.from({ length: 3000 }, (_, index) => `line ${index}`);
    expect(read(`a: "${lines.join('\n')}"\nb: 1\n`)).toEqual({ a: lines.join(' '), b: 1 });
  });

  it('still names the line of a real error', () => {
    expect(() => composeDocument('a: [\n]\nb: "x\ny"\nc: {\n}\n  d: 1\n')).toThrow(
      expect.objectContaining({ line: 7 }),
    );
    expect(() => composeDocument('a: [\n]\nb: [\nc: 1\n')).toThrow(
      expect.objectContaining({ line: expect.any(Number) }),
    );
  });

  it('keeps the lines of what it reads', () => {
    const { itemLines, remarks } = composeDocument('a: [\n]\na: 1\nitems:\n- x\n- z\n');
    expect(itemLines).toEqual([5, 6]);
    expect(remarks).toMatchObject([{ line: 3 }]);
  });
});
