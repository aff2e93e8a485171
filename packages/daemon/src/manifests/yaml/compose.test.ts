import { describe, expect, it } from 'vitest';
import { composeDocument } from './compose.ts';
import { toJson } from './to-json.ts';

const read = (text: string): unknown => JSON.parse(JSON.stringify(toJson(composeDocument(text).root)));
const remarks = (text: string) => composeDocument(text).remarks;

describe('composeDocument', () => {
  it.each([
    {
      because: 'block style',
      text: 'a:\n- b: 1\n  c: [x, {k: z}]\n- d',
      json: { a: [{ b: 1, c: ['x', { k: 'z' }] }, 'd'] },
    },
    {
      because: 'JSON',
      text: '{"a": [1, true, null, "x\\u00e9"], "b": {}}',
      json: { a: [1, true, null, 'xé'], b: {} },
    },
    { because: 'JSON indented by tabs', text: '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n', json: { a: { b: 1 } } },
    { because: 'quotes make strings', text: 'a: "1"\nb: \'yes\'\nc: ""', json: { a: '1', b: 'yes', c: '' } },
    {
      because: 'block scalars',
      text: 'a: |\n  x\n  y\nb: >-\n  x\n  y\nc: |+\n  z\n\n',
      json: { a: 'x\ny\n', b: 'x y', c: 'z\n\n' },
    },
    {
      because: 'keys that are no strings',
      text: 'yes: a\n1: b\n1.50: c\n0x10: d\n',
      json: { true: 'a', 1: 'b', 1.5: 'c', 16: 'd' },
    },
    { because: 'CRLF', text: 'a: 1\r\nb: |\r\n  x\r\n  y\r\n', json: { a: 1, b: 'x\ny\n' } },
    {
      because: 'anchors',
      text: 'a: &x {b: 1}\nc: *x\nd: [*x]',
      json: { a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }] },
    },
    { because: 'an anchor on a scalar and as a key', text: 'a: &x y1\n*x : z', json: { a: 'y1', y1: 'z' } },
    {
      because: 'a merge',
      text: 'base: &b {x: 1, z: 2}\nc:\n  <<: *b\n  z: 3',
      json: { base: { x: 1, z: 2 }, c: { x: 1, z: 3 } },
    },
    {
      because: 'a merge of several: the first counts',
      text: 'p: &p {x: 1}\nq: &q {x: 2, z: 3}\nc:\n  <<: [*p, *q]',
      json: { p: { x: 1 }, q: { x: 2, z: 3 }, c: { x: 1, z: 3 } },
    },
    {
      because: 'a merge replaces what stands before it, as in Kubernetes',
      text: 'a: 1\n<<: {a: 2}',
      json: { a: 2 },
    },
    {
      because: 'a merge by its tag, and a key by its own',
      text: 'a: &a {b: 1}\n!!merge <<: *a\n!!str <<: c',
      json: { a: { b: 1 }, b: 1, '<<': 'c' },
    },
    { because: 'quoted << is a key', text: '"<<": {a: 1}', json: { '<<': { a: 1 } } },
    {
      because: 'tags',
      text: 'a: !!str 1\nb: !!int "5"\nc: !!float 1\nd: !!binary aGk=\ne: !x y\nf: !!null ~\ng: ! 1',
      json: { a: '1', b: 5, c: 1, d: 'hi', e: 'y', f: null, g: '1' },
    },
    {
      because: 'declared and verbatim tags',
      text: '%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1\nb: !<tag:yaml.org,2002:str> 2',
      json: { a: '1', b: '2' },
    },
    { because: '%YAML 1.2 too, which Go refuses', text: '%YAML 1.2\n---\na: 1', json: { a: 1 } },
    { because: 'a comment alone', text: '# nothing\n', json: null },
  ])('reads $because', ({ text, json }) => {
    expect(read(text)).toEqual(json);
  });

  it('lets the last of duplicate keys win, and names the line', () => {
    expect(read('a: 1\nb: 2\na: 3\n')).toEqual({ a: 3, b: 2 });
    expect(remarks('a: 1\nb: 2\na: 3\n')).toEqual([
      { severity: 'warning', message: 'duplicate key "a": the last one counts', line: 3 },
    ]);
  });

  it('finds a duplicate among many keys', () => {
    const text = Array.from({ length: 50 }, (_, index) => `k${index}: ${index}\n`).join('');
    expect(remarks(text)).toEqual([]);
    expect(remarks(`${text}k7: x\n`)).toMatchObject([{ line: 51 }]);
  });

  it('does not take a key that overrides a merged one for a duplicate', () => {
    expect(remarks('a: &a {x: 1}\nb:\n  <<: *a\n  x: 2\n')).toEqual([]);
    expect(remarks('a: &a {x: 1}\nb:\n  x: 2\n  <<: *a\n')).toMatchObject([{ severity: 'warning', line: 4 }]);
  });

  it('keeps __proto__ and constructor as keys like any other', () => {
    const object = toJson(composeDocument('__proto__: {polluted: 1}\nconstructor: x\n').root) as object;
    expect(Object.keys(object)).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(object)).toBe('{"__proto__":{"polluted":1},"constructor":"x"}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  });

  it.each([
    { because: 'tabs in indentation', text: 'a:\n\tb: 1\n', line: 2 },
    { because: 'a template', text: 'a: 1\nb: {{ .Values.b }}\n', line: 2 },
    { because: 'an unknown alias', text: 'a: 1\nb: *x\n', line: 2 },
    { because: 'an anchor in itself', text: 'a: &x\n- *x\n', line: 2 },
    { because: 'a merge of no mapping', text: 'a: 1\n<<: 5\n', line: 2 },
    { because: 'a value that is not what its tag says', text: 'a: !!int secret\n', line: 1 },
    { because: 'base64 that is none', text: 'a: !!binary "x"\n', line: 1 },
    { because: 'binary that is no text', text: 'a: !!binary gIGC\n', line: 1 },
    { because: 'nesting beyond reason', text: `a: ${'['.repeat(2000)}`, line: 1 },
    { because: 'a NUL byte', text: 'a: 1\nb: \0\n', line: 2 },
  ])('refuses $because, naming the line', ({ text, line }) => {
    expect(() => composeDocument(text)).toThrow(expect.objectContaining({ line }));
  });

  it('never says a value in an error', () => {
    expect(() => composeDocument('a: !!int hunter2')).toThrow(/^(?!.*hunter2)/);
  });

  it.each([
    { because: 'lists of lists', text: bomb('[lol, lol]', (name) => `[${`*${name},`.repeat(9)}]`) },
    {
      because: 'merges of merges',
      text: bomb('{lol: lol}', (name) => `{<<: *${name}, ${name}: [${`*${name},`.repeat(9)}]}`),
    },
    { because: 'one long text', text: `a: &a ${'x'.repeat(1_000_000)}\nb: [${'*a,'.repeat(10)}]` },
  ])('stops an alias bomb of $because', ({ text }) => {
    const start = performance.now();
    expect(() => composeDocument(text)).toThrow('document contains excessive aliasing');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('stops nesting that is made of aliases', () => {
    const levels = (inner: string): string => `${'['.repeat(300)}${inner}${']'.repeat(300)}`;
    const text = `a: &a ${levels('x')}\nb: &b ${levels('*a')}\n`;
    expect(() => composeDocument(text)).toThrow('document contains excessive aliasing');
  });

  it('does not warn without end', () => {
    expect(remarks('a: 1\n'.repeat(10_000))).toHaveLength(50);
  });

  it('lets a document use an anchor a thousand times', () => {
    const text = `a: &a {name: x, value: y}\nb:\n${'- *a\n'.repeat(1000)}`;
    expect((read(text) as { b: unknown[] }).b).toHaveLength(1000);
  });

  it('gives each user of an anchor its own copy in JSON', () => {
    const { b, c } = toJson(composeDocument('a: &a {x: 1}\nb: *a\nc: *a').root) as Record<
      string,
      { x: number }
    >;
    if (b) b.x = 2;
    expect(c).toEqual({ x: 1 });
  });

  it("tells the lines of a list's items", () => {
    const text = '# c\nkind: List\nitems:\n# d\n- a: 1\n  b: 2\n-\n  c: 3\n- null\n';
    expect(composeDocument(text)).toMatchObject({ line: 2, itemLines: [5, 8, 9] });
  });

  it.each(['a: .inf', 'a: [-.inf]', 'a: .nan', '~: 1'])(
    'says that %s cannot be told to Kubernetes',
    (text) => {
      expect(remarks(text)).toMatchObject([{ severity: 'error', line: 1 }]);
    },
  );

  it('reads a text of 1 MB', () => {
    const text = 'x'.repeat(1_000_000);
    expect(read(`a: "${text}"\nb: |\n  ${text}\n`)).toEqual({ a: text, b: `${text}\n` });
  });
});

/** Nine anchors, each made of the one before. */
function bomb(first: string, next: (name: string) => string): string {
  const lines = [...'bcdefghi'].map((name, at) => `${name}: &${name} ${next('abcdefgh'.charAt(at))}`);
  return [`a: &a ${first}`, ...lines].join('\n');
}
