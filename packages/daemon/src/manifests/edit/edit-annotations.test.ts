import { describe, expect, it } from 'vitest';
import { readDiff } from '../../../test/fakes/edit-diff.ts';
import { editFile, type ObjectTarget } from './edit-file.ts';

const target: ObjectTarget = { kind: 'Deployment', name: 'app', isNamespace: () => true };

type Changes = Readonly<Record<string, string | undefined>>;

function annotate(text: string, changes: Changes): string {
  return editFile(text, [{ document: 1, target, annotations: new Map(Object.entries(changes)) }]);
}

const automated = 'fluxcd.io/automated';
const add: Changes = { [automated]: 'true' };
const remove: Changes = { [automated]: undefined };

/** A case: the object as a diff, and what is asked for. */
interface Case {
  readonly n: string;
  readonly what: string;
  readonly diff: string;
  readonly changes?: Changes;
}

describe('adds', () => {
  it.each<Case>([
    {
      n: '[manifests P1] 4.5 (25)',
      what: 'behind the last annotation',
      diff: `
         metadata:
           name: app
           annotations:
             prometheus.io/scrape: 'false'
        +    fluxcd.io/automated: 'true'
         kind: Deployment
      `,
    },
    {
      n: '[manifests P3] 4.5 (25)',
      what: 'the first annotation, behind all other metadata',
      diff: `
         kind: Deployment
         metadata: # whose
           name: app
           labels:
             a: b # last
        +  annotations:
        +    fluxcd.io/automated: 'true'
         # about the spec
         spec: {}
      `,
    },
    {
      n: '4.5 (25)',
      what: 'between labels and name, where annotations stand first',
      diff: `
         kind: Deployment
         metadata:
           annotations:
             a: b
        +    fluxcd.io/automated: 'true'

           # labels
           labels: {}
           name: app
      `,
    },
    {
      n: '4.5 (25)',
      what: 'to brackets with nothing in them',
      diff: `
         kind: Deployment
         metadata:
           name: app
        -  annotations: { } # none
        +  annotations: {fluxcd.io/automated: 'true' } # none
      `,
    },
    {
      n: '4.5 (25)',
      what: 'to brackets, in the quotes of the others',
      diff: `
         kind: Deployment
         metadata:
           name: app
        -  annotations: {"a": "b", "c": "d"}
        +  annotations: {"a": "b", "c": "d", "fluxcd.io/automated": "true"}
      `,
    },
    {
      n: '4.5 (25)',
      what: 'to brackets with a line for each',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations: {
        -    "a": "b" # one
        +    "a": "b", # one
        +    "fluxcd.io/automated": "true"
           }
      `,
    },
    {
      n: '4.5 (25)',
      what: 'to brackets with a comma behind the last',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations: {
             a: b,
        +    fluxcd.io/automated: 'true',
           }
      `,
    },
    {
      n: '4.5 (34)',
      what: 'to annotations without a value',
      diff: `
         kind: Deployment
         metadata:
           annotations:   # none yet
        +    fluxcd.io/automated: 'true'
           name: app
      `,
    },
    {
      n: '4.5 (34)',
      what: 'to annotations that are null',
      diff: `
         kind: Deployment
         metadata:
           name: app
        -  annotations: ~ # none
        +  annotations: # none
        +    fluxcd.io/automated: 'true'
      `,
    },
    {
      n: '4.5 (29)',
      what: 'with the indent of the labels',
      diff: `
         kind: Deployment
         metadata:
            name: app
            labels:
                 a: b
        +   annotations:
        +        fluxcd.io/automated: 'true'
      `,
    },
    {
      n: '4.5 (28)',
      what: 'in the double quotes of the others',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
               "a": "b"
               c: "d"
        +      fluxcd.io/automated: "true"
      `,
    },
    {
      n: '4.5 (41)',
      what: 'to JSON on one line',
      diff: `
        -{"kind":"Deployment","metadata":{"name":"app"}}
        +{"kind":"Deployment","metadata":{"name":"app", "annotations": {"fluxcd.io/automated": "true"}}}
      `,
    },
    {
      n: '4.5 (41)',
      what: 'to JSON that is indented',
      diff: `
         {
           "kind": "Deployment",
           "metadata": {
        -    "name": "app"
        +    "name": "app",
        +    "annotations": {"fluxcd.io/automated": "true"}
           }
         }
      `,
    },
    {
      n: '[manifests P2]',
      what: 'nothing where the value is there already, in whatever style',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations: {fluxcd.io/automated: !!str "tr\\u0075e"}
      `,
    },
    {
      n: '2.2 (5)',
      what: 'several in order of key',
      diff: `
         kind: Deployment
         metadata:
           name: app
        +  annotations:
        +    a: one
        +    b: two
        +    fluxcd.io/automated: 'true'
      `,
      changes: { b: 'two', ...add, a: 'one' },
    },
  ])('$n $what', ({ diff, changes = add }) => {
    const { before, after } = readDiff(diff);
    expect(annotate(before, changes)).toBe(after);
  });
});

describe('replaces', () => {
  const message = 'fluxcd.io/locked_msg';
  it.each<Case>([
    {
      n: '4.5 (28)',
      what: 'a boolean without quotes by a text',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/automated: false # not yet
        +    fluxcd.io/automated: 'true' # not yet
      `,
    },
    {
      n: '2.2 (5)',
      what: 'in the quotes that are there',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/automated: "false"
        +    fluxcd.io/automated: "true"
             'fluxcd.io/locked': 'true'
      `,
    },
    {
      n: '2.2 (5)',
      what: 'nothing, where there is a key without a value',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/automated:
        +    fluxcd.io/automated: 'true'
             a: b
      `,
    },
    {
      n: '4.5 (27)',
      what: 'a message of several lines by another, in its block',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
             fluxcd.io/locked_msg: |-
        -      one
        -
        -      two
        +      three
        +        four
             a: b
      `,
      changes: { [message]: 'three\n  four' },
    },
    {
      n: '4.5 (27)',
      what: 'a message of several lines by one line',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
             fluxcd.io/locked_msg: >- # why
        -      one
        -      two
        +      three
             a: b
      `,
      changes: { [message]: 'three' },
    },
    {
      n: '4.5 (27)',
      what: 'a text by several lines, which plain style cannot hold',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/locked_msg: one # why
        +    fluxcd.io/locked_msg: "one\\ntwo" # why
      `,
      changes: { [message]: 'one\ntwo' },
    },
    {
      n: '4.5 (27)',
      what: 'a text over several lines by one line',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/locked_msg: "one
        -      two
        -
        -      three" # why
        +    fluxcd.io/locked_msg: "four" # why
      `,
      changes: { [message]: 'four' },
    },
  ])('$n $what', ({ diff, changes = add }) => {
    const { before, after } = readDiff(diff);
    expect(annotate(before, changes)).toBe(after);
  });
});

describe('takes away', () => {
  it.each<Case>([
    {
      n: '[manifests P6] 4.5 (26)',
      what: 'the last one, and annotations: with it',
      diff: `
         kind: Deployment
         metadata:
           name: app
        -  annotations:
        -    fluxcd.io/automated: true
         spec: {}
      `,
    },
    {
      n: '4.5 (26)',
      what: 'the last one in brackets',
      diff: `
         kind: Deployment
         metadata:
           name: app
        -  annotations: {fluxcd.io/automated: "true"} # on
           labels: {}
      `,
    },
    {
      n: '4.5 (26)',
      what: 'the last one, from metadata in brackets',
      diff: `
         kind: Deployment
        -metadata: {name: app, annotations: {fluxcd.io/automated: "true"}, labels: {}}
        +metadata: {name: app, labels: {}}
      `,
    },
    {
      n: '4.5 (38)',
      what: 'one of several: comments of others stay',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
             # above
        -    fluxcd.io/automated: 'true' # at
             # below
             a: b # beside
      `,
    },
    {
      n: '[manifests P4]',
      what: 'the first, while another comes',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/automated: 'true'
             other: x
        +    fluxcd.io/locked: 'true'
      `,
      changes: { ...remove, 'fluxcd.io/locked': 'true' },
    },
    {
      n: '[manifests P4]',
      what: 'the only one, while another comes',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/automated: 'true' # on
        +    fluxcd.io/locked: 'true'
      `,
      changes: { ...remove, 'fluxcd.io/locked': 'true' },
    },
    {
      n: '[manifests P5] [manifests P7]',
      what: 'nothing where there is nothing',
      diff: `
         kind: Deployment
         metadata:
           name: app
      `,
    },
    {
      n: '[manifests P7]',
      what: 'nothing where there are only others',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations: {a: b}
      `,
    },
    {
      n: '[manifests P8] 4.5 (27)',
      what: 'a message of two lines',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
             a: b
        -    fluxcd.io/automated: |-
        -      one
        -      two
           labels: {}
      `,
    },
    {
      n: '[manifests P8] 4.5 (27)',
      what: 'a message with an empty line in the middle, and a # that is no comment',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/automated: |
        -      one
        -
        -      # two
             # below
             a: b
      `,
    },
    {
      n: '[manifests P13]',
      what: 'a pattern',
      diff: `
         kind: Deployment
         metadata:
        -  annotations:
        -    fluxcd.io/tag.nginx: x
           name: app
      `,
      changes: { 'fluxcd.io/tag.nginx': undefined },
    },
    {
      n: '4.5 (43)',
      what: 'a key that is there twice',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    fluxcd.io/automated: 'true'
             a: b
        -    fluxcd.io/automated: 'false'
      `,
    },
    {
      n: '4.5 (44)',
      what: 'a key behind a question mark',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations:
        -    ? fluxcd.io/automated
        -    : 'true'
             a: b
      `,
    },
    {
      n: '4.5 (25)',
      what: 'one in brackets with a line for each',
      diff: `
         kind: Deployment
         metadata:
           name: app
           annotations: {
             # above
        -    a: b, # beside
        -    fluxcd.io/automated: "true" # at
        +    a: b # beside
             # below
           }
      `,
    },
  ])('$n $what', ({ diff, changes = remove }) => {
    const { before, after } = readDiff(diff);
    expect(annotate(before, changes)).toBe(after);
  });
});

it.each(['\n', '\r\n'])('4.5 (39) takes the last lines of a file without newline away, %j', (newline) => {
  const file = (...lines: readonly string[]) =>
    ['kind: Deployment', 'metadata:', '  name: app', '  annotations:', '    a: b', ...lines].join(newline);
  const text = file("    fluxcd.io/automated: 'true'", '    fluxcd.io/locked: "true"');
  expect(annotate(text, { ...remove, 'fluxcd.io/locked': undefined })).toBe(file());
  expect(annotate(text, { 'fluxcd.io/locked': undefined })).toBe(file("    fluxcd.io/automated: 'true'"));
});

describe('values', () => {
  const values = [
    ...[
      'foo',
      'glob:*',
      'semver:*',
      'semver:>=1.0',
      'semver: >= 1, <2',
      'regexp:(.*?)',
      '*',
      '-',
      '- x',
      '? x',
    ],
    ...[
      'a: b',
      'a #b',
      '#',
      ':',
      'a:',
      "it's",
      '"',
      '\\',
      '{x}',
      '[x]',
      'a, b',
      '&a',
      '!x',
      '|',
      '>',
      '%x',
      '@',
      '`',
    ],
    ...['', ' ', ' x', 'x ', 'a\nb', 'a\n', '\n', 'a\n\n b', '\t', 'a\tb', '---', '...', '--- x', '<<', '='],
    ...[
      'true',
      'yes',
      'off',
      'y',
      'null',
      '~',
      '1',
      '1.10',
      '1e3',
      '0x1F',
      '0644',
      '1_000',
      '22:22',
      '2020-01-01',
    ],
    ...[
      '.5',
      '.inf',
      '+1',
      '-0',
      '0b1',
      '0o7',
      'é',
      '😀',
      '\u2028',
      '\uFEFF',
      '\u0085',
      '\u007f',
      'x'.repeat(5_000),
    ],
  ];
  const styles: Readonly<Record<string, string>> = {
    plain: 'kind: Deployment\nmetadata:\n  name: app\n  annotations:\n    a: b\n',
    'double quotes': 'kind: Deployment\nmetadata:\n  name: app\n  annotations:\n    "a": "b"\n',
    brackets: 'kind: Deployment\nmetadata: {name: app, annotations: {a: b}}\n',
    JSON: '{"kind":"Deployment","metadata":{"name":"app","annotations":{"a":"b"}}}\n',
    'a literal block':
      'kind: Deployment\nmetadata:\n  name: app\n  annotations:\n    a: |\n      b\n      c\n    z: z\n',
    'a folded block':
      'kind: Deployment\nmetadata:\n  name: app\n  annotations:\n    a: >+\n      b\n\n      c\n\n    z: z\n',
  };
  it.each(Object.entries(styles))(
    '[manifests P9] [manifests P14] 4.5 (28) any text is written so that it reads as itself: %s',
    (_, text) => {
      for (const value of values) {
        const added = annotate(text, { n: value });
        expect(annotate(added, { n: value })).toBe(added);
        expect(annotate(added, { n: undefined })).toBe(text);
        const replaced = annotate(text, { a: value });
        expect(annotate(replaced, { a: value })).toBe(replaced);
      }
    },
  );

  it('4.5 (10) 4.5 (37) writes what other readers take for a number, a date or a word in quotes', () => {
    for (const value of [
      '1.10',
      '20190523',
      '1e3',
      '0123',
      'yes',
      'on',
      'no',
      'True',
      '2020-01-01',
      '1:20',
    ]) {
      expect(annotate(styles['plain'] ?? '', { z: value })).toContain(`\n    z: '${value}'\n`);
    }
  });
});

it.each([
  {
    what: 'annotations that are a list',
    text: 'kind: Deployment\nmetadata:\n  name: app\n  annotations: [a]\n',
    line: 4,
  },
  {
    what: 'a value that is a mapping',
    text: 'kind: Deployment\nmetadata: {name: app, annotations: {fluxcd.io/automated: {}}}\n',
    line: 2,
  },
  {
    what: 'lines that end in a carriage return alone, among which no line can be put',
    text: 'kind: Deployment\rmetadata:\r  name: app\r  annotations:\r    a: b\rspec:\r  a: b\r',
    line: 1,
  },
])('refuses $what', ({ text, line }) => {
  expect(() => annotate(text, add)).toThrow(expect.objectContaining({ name: 'EditProblem', line }));
});
