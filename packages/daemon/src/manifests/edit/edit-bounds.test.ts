import { describe, expect, it } from 'vitest';
import { inDeployment } from '../../../test/fakes/edit-diff.ts';
import { editFile } from './edit-file.ts';

const target = { kind: 'Deployment', name: 'app', isNamespace: () => true };

function edit(text: string): string {
  const images = [{ container: 'c', image: 'x:2' }];
  return editFile(text, [{ document: 1, target, images, annotations: new Map([['a', 'b']]) }]);
}

const app = inDeployment('containers:\n- name: c\n  image: x:1\n');
const edited = edit(app);

/** Lines in which each part has the one before it, many times. */
const bomb = (levels: number, part: (name: string) => string) =>
  Array.from({ length: levels }, (_, at) => `l${at + 1}: &l${at + 1} ${part(`*l${at}`)}\n`).join('');

describe('takes no more time than is fair for', () => {
  const lines = (count: number, line: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join('');
  it.each<{ what: string; more: () => string }>([
    { what: 'a comment of 10 MB', more: () => `#${'x'.repeat(1e7)}\n` },
    { what: 'a plain text of 10 MB', more: () => `x: ${'abc '.repeat(2.5e6)}\n` },
    { what: 'a text of 2 MB in quotes', more: () => `x: '${"''".repeat(1e6)}'\n` },
    { what: 'a block of 200,000 lines', more: () => `x: |\n${'  abc def\n'.repeat(2e5)}` },
    { what: 'two million blank lines behind a block', more: () => `x: |\n  a\n${'\n'.repeat(2e6)}` },
    { what: '200,000 documents', more: () => '---\na: b\n'.repeat(2e5) },
    { what: '50,000 keys', more: () => lines(50_000, (at) => `key${at}: v\n`) },
    { what: '50,000 anchors', more: () => lines(50_000, (at) => `- &a${at} v\n`).replace(/^/, 'x:\n') },
    { what: '100,000 lines in brackets at the margin', more: () => `x: [\n${'a,\n'.repeat(1e5)}]\n` },
    {
      what: '300 brackets that close at the margin',
      more: () => lines(300, (at) => `k${at}: [\n]\n`),
    },
    { what: '490 levels of brackets', more: () => `x: ${'['.repeat(490)}${']'.repeat(490)}\n` },
    { what: '490 levels of dashes', more: () => `x:\n  ${'- '.repeat(490)}a\n` },
    { what: '450 levels of keys', more: () => lines(450, (at) => `${' '.repeat(at)}a:\n`) },
    {
      what: 'aliases that stand for 6,561 nodes',
      more: () => `l0: &l0 x\n${bomb(4, (name) => `[${`${name} , `.repeat(9)}]`)}`,
    },
  ])('$what', ({ more }) => {
    const behind = more();
    expect(edit(app + behind) === edited + behind).toBe(true);
  });
});

describe('refuses at once', () => {
  it.each([
    {
      what: '5,000 levels of brackets',
      more: `x: ${'['.repeat(5_000)}`,
      message: 'nesting exceeded maxDepth (500)',
    },
    {
      what: 'aliases that stand for billions of nodes',
      more: `l0: &l0 x\n${bomb(20, (name) => `[${`${name} , `.repeat(9)}]`)}`,
      message: 'document contains excessive aliasing',
    },
    {
      what: 'merges that stand for billions of nodes',
      more: `l0: &l0 {k: v}\n${bomb(30, (name) => `{<<: [${name} , ${name} ]}`)}`,
      message: 'document contains excessive aliasing',
    },
    { what: 'an anchor in itself', more: 'x: &x [*x]\n', message: "anchor 'x' value contains itself" },
    {
      what: '30,000 lines in brackets, every tenth at the margin',
      more: `x: [\n${`a,\n${' a,\n'.repeat(9)}`.repeat(3_000)}]\n`,
      message: 'too many lines are not indented enough',
    },
    {
      what: 'brackets that nobody closes',
      more: `x: ${'['.repeat(400)}\n`,
      message: 'unexpected end of the stream',
    },
    { what: 'a null byte', more: 'x: \0\n', message: 'null byte is not allowed in input' },
  ])('$what', ({ more, message }) => {
    expect(() => edit(app + more)).toThrow(
      expect.objectContaining({ name: 'EditProblem', message: expect.stringContaining(message) }),
    );
  });
});

it('edits one container of a thousand, in 5,000 lines', () => {
  const file = (tag: string) =>
    inDeployment(
      `containers:\n${Array.from({ length: 1_000 }, (_, at) => `- name: c${at}\n  image: x:${at === 567 ? tag : 1} # note\n  env:\n  - name: A\n    value: a\n`).join('')}`,
    );
  const images = [{ container: 'c567', image: 'x:2' }];
  expect(editFile(file('1'), [{ document: 1, target, images }])).toBe(file('2'));
});
