import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryFiles } from './read-imports.ts';

const root = resolve(import.meta.dirname, '../..');
const texts = repositoryFiles(root)
  .filter((file) => /\.(ts|json|md|ya?ml|sh|svg)$|^scripts\/[^.]+$|^Dockerfile$|^\.ci\//.test(file))
  .map((file) => ({ file, text: readFileSync(resolve(root, file), 'utf8') }));

// Written in two parts, so that this file does not find itself.
const unwanted: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'work left undone', pattern: new RegExp(`\\b(?:TO${'DO'}|FIX${'ME'}|X${'XX'})\\b`) },
  {
    what: 'a package registry',
    pattern: new RegExp(`registry\\.np${'mjs'}|registry\\.ya${'rnpkg'}|deb\\.deb${'ian'}`),
  },
  { what: "this machine's folders", pattern: new RegExp(`/wo${'rk'}/(?:main|shared)|/ro${'ot'}/\\.cache`) },
];

it.each(unwanted)('no file speaks of $what', ({ pattern }) => {
  expect(texts.filter(({ text }) => pattern.test(text)).map(({ file }) => file)).toEqual([]);
});

it('finds what it looks for', () => {
  expect(unwanted.every(({ pattern }) => !pattern.test('plain text'))).toBe(true);
  expect(unwanted[0]?.pattern.test(`// TO${'DO'}: later`)).toBe(true);
});
