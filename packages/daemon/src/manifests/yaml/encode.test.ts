import { describe, expect, it } from 'vitest';
import { composeDocument } from './compose.ts';
import { createYamlEncoder } from './encode.ts';

const encoder = createYamlEncoder();
const encode = (text: string): string => Buffer.from(encoder.encode(composeDocument(text).root)).toString();

/** The right-hand sides were written by Go yaml.v2 2.4.0. */
describe('the encoding of Flux v1', () => {
  it.each([
    {
      because: 'collections, lists not indented',
      source: ['b: 1', 'a: {}', 'c: []', 'd:', '- x', '- - y', '  - z', '- k: 1', '  a: {n: [1]}'],
      encoded: [
        'a: {}',
        'b: 1',
        'c: []',
        'd:',
        '- x',
        '- - true',
        '  - z',
        '- a:',
        '    false:',
        '    - 1',
        '  k: 1',
      ],
    },
    {
      because: 'keys by type, numbers by value, letters last',
      source: [
        'k10: a',
        'k9: b',
        'k01: c',
        'B: d',
        'b: e',
        '_x: f',
        '1: g',
        'true: h',
        '1.5: i',
        '"2": j',
        'z-1: k',
        'z.1: l',
        'A: m',
      ],
      encoded: [
        'true: h',
        '1: g',
        '1.5: i',
        '_x: f',
        '"2": j',
        'A: m',
        'B: d',
        'b: e',
        'k01: c',
        'k9: b',
        'k10: a',
        'z-1: k',
        'z.1: l',
      ],
    },
    {
      because: 'scalars by what they mean',
      source: [
        'a: yes',
        'b: "yes"',
        'c: 0644',
        'd: "0644"',
        'e: 1.0',
        'f: "1.0"',
        'g: ~',
        'h: ""',
        'i: 2001-01-01',
        'j: "22:22"',
        'l: 1000000.0',
        'm: 9007199254740993',
      ],
      encoded: [
        'a: true',
        'b: "yes"',
        'c: 420',
        'd: "0644"',
        'e: 1',
        'f: "1.0"',
        'g: null',
        'h: ""',
        'i: "2001-01-01"',
        'j: "22:22"',
        'l: 1e+06',
        'm: 9007199254740993',
      ],
    },
    {
      because: 'texts of several lines',
      source: [
        'a: "x\\ny\\n"',
        'b: "x\\ny"',
        'c: "x\\n\\n"',
        'd: " x\\ny"',
        'e: "x \\ny"',
        'f: "x\\ty\\n"',
        'g: "\\n"',
        'h: "x \\n"',
        'i: "\\nx"',
      ],
      encoded: [
        'a: |',
        '  x',
        '  y',
        'b: |-',
        '  x',
        '  y',
        'c: |+',
        '  x',
        '',
        'd: |2-',
        '   x',
        '  y',
        'e: "x \\ny"',
        'f: "x\\ty\\n"',
        'g: |2+',
        '',
        'h: "x \\n"',
        'i: |2-',
        '',
        '  x',
      ],
    },
    {
      because: 'texts that need quotes',
      source: [
        'a: ": x"',
        'b: "x: y"',
        'c: "x #y"',
        'd: "#x"',
        'e: "- x"',
        'f: "-x"',
        'g: "x:"',
        'h: "it\'s"',
        'i: "{x"',
        'j: " x"',
        'l: "x "',
        'm: "---"',
        'o: "@x"',
        'p: "\\"x\\""',
        'q: "%x"',
        'r: "..."',
      ],
      encoded: [
        "a: ': x'",
        "b: 'x: y'",
        "c: 'x #y'",
        "d: '#x'",
        "e: '- x'",
        'f: -x',
        "g: 'x:'",
        "h: it's",
        "i: '{x'",
        "j: ' x'",
        "l: 'x '",
        "m: '---'",
        "o: '@x'",
        'p: \'"x"\'',
        "q: '%x'",
        "r: '...'",
      ],
    },
    {
      because: 'long texts, folded behind column 80',
      source: [
        'a: a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text',
        'b: "a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text: x"',
        'c: "yes a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text\\t"',
        'd:',
        '- a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text a long text',
      ],
      encoded: [
        'a: a long text a long text a long text a long text a long text a long text a long',
        '  text a long text a long text a long text a long text a long text',
        "b: 'a long text a long text a long text a long text a long text a long text a long",
        "  text a long text a long text a long text a long text a long text: x'",
        'c: "yes a long text a long text a long text a long text a long text a long text a',
        '  long text a long text a long text a long text a long text a long text\\t"',
        'd:',
        '- a long text a long text a long text a long text a long text a long text a long text',
        '  a long text a long text a long text a long text a long text',
      ],
    },
    {
      because: 'characters beyond ASCII',
      source: ['a: "é\\u00a0日本"', 'b: "\\U0001F600"', 'c: "\\u0001\\e\\u0085"', 'd: "\\ufeff"'],
      encoded: ['a: é 日本', 'b: "\\U0001F600"', 'c: "\\x01\\e\\N"', 'd: "\\uFEFF"'],
    },
    {
      because: 'keys that are no simple keys',
      source: [
        '"x\\ny": 1',
        'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: {a: 1}',
        'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj: [a]',
        '"a b": 1',
        '"yes": 1',
        '"": 2',
      ],
      encoded: [
        '"": 2',
        'a b: 1',
        '? jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj',
        ': - a',
        '? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk',
        ': a: 1',
        '? |-',
        '  x',
        '  y',
        ': 1',
        '"yes": 1',
      ],
    },
  ])('[daemon 73] writes $because', ({ source, encoded }) => {
    expect(encode(`${source.join('\n')}\n`)).toBe(`${encoded.join('\n')}\n`);
  });

  it('[daemon 77] writes octal and yes by what they mean', () => {
    expect(encode('defaultMode: 0644\nenabled: yes\n')).toBe('defaultMode: 420\nenabled: true\n');
  });

  it('is the same for all spellings of a document', () => {
    const plain = 'kind: A\nspec:\n  a: 1\n  b: [x, y]\n';
    const other = '# comment\n---\n"spec": &s\n    b:\n      - "x"\n      - y\n    a: 0x1\nkind: A # here\n';
    expect(encode(other)).toBe(encode(plain));
  });

  it('grows for a text of 1 MB', () => {
    const text = 'é'.repeat(1_000_000);
    expect(encode(`a: ${text}`)).toBe(`a: ${text}\n`);
  });
});
