import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readImports, repositoryFiles } from './read-imports.ts';
import { findCycle, forbidden, isKnownRoom } from './room-rule.ts';

const root = resolve(import.meta.dirname, '../..');
const files = repositoryFiles(root);
const imports = readImports(root, files);

it('finds the imports', () => {
  expect(imports.length).toBeGreaterThan(100);
});

it('rooms import only what stands left of them', () => {
  const broken = imports.flatMap((each) => {
    const reason = forbidden(each);
    return reason === undefined ? [] : [`${each.from} imports ${each.to}: ${reason}`];
  });
  expect(broken).toEqual([]);
});

it('no file imports itself by a detour', () => {
  expect(findCycle(imports.filter(({ typeOnly }) => !typeOnly))).toBeUndefined();
});

it('every room of the daemon has a rule', () => {
  const rooms = files.flatMap((file) => /^packages\/daemon\/src\/([^/]+)\//.exec(file)?.[1] ?? []);
  expect([...new Set(rooms)].filter((room) => !isKnownRoom(room))).toEqual([]);
});

const daemon = 'packages/daemon/src';
it.each([
  { from: `${daemon}/git/a.ts`, to: `${daemon}/manifests/b.ts` },
  { from: `${daemon}/cluster/a.ts`, to: `${daemon}/reconcile/b.ts` },
  { from: `${daemon}/reconcile/a.ts`, to: `${daemon}/http/b.ts` },
  { from: `${daemon}/log/a.ts`, to: `${daemon}/git/b.ts` },
  { from: `${daemon}/http/a.ts`, to: `${daemon}/config/b.ts` },
  { from: `${daemon}/http/a.ts`, to: `${daemon}/main.ts` },
  { from: `${daemon}/git/a.ts`, to: 'packages/cli/src/b.ts' },
  { from: `${daemon}/git/a.ts`, to: 'packages/sandbox/src/b.ts' },
  { from: 'packages/cli/src/a.ts', to: `${daemon}/git/b.ts` },
  { from: 'packages/shared/src/a.ts', to: 'packages/cli/src/b.ts' },
  { from: `${daemon}/git/a.ts`, to: `${daemon}/git/b.test.ts` },
])('refuses $from importing $to', (each) => expect(forbidden(each)).toBeDefined());

it.each([
  { from: `${daemon}/manifests/a.ts`, to: `${daemon}/git/b.ts` },
  { from: `${daemon}/http/a.ts`, to: `${daemon}/reconcile/b.ts` },
  { from: `${daemon}/git/a.ts`, to: `${daemon}/log/b.ts` },
  { from: `${daemon}/main.ts`, to: `${daemon}/http/b.ts` },
  { from: `${daemon}/git/a.ts`, to: 'packages/shared/src/b.ts' },
  { from: `packages/daemon/test/a.test.ts`, to: 'packages/sandbox/src/b.ts' },
])('lets $from import $to', (each) => expect(forbidden(each)).toBeUndefined());

it('sees a detour', () => {
  const chain = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'b' },
  ];
  expect(findCycle(chain)).toEqual(['b', 'c', 'b']);
});
