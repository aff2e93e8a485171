import { expect, it } from 'vitest';
import { findHiddenInputs } from './hidden-inputs.ts';
import { readTrackedFiles } from './tracked-files.ts';

it('flags, environment, clock and chance come in as arguments', () => {
  expect(findHiddenInputs(readTrackedFiles((path) => path.endsWith('.ts')))).toEqual([]);
});

it.each([
  ['packages/daemon/src/git/a.ts', 'const home = process.env.HOME;', true],
  ['packages/shared/src/a.ts', 'const t = Date.now();', true],
  ['packages/daemon/src/git/a.ts', 'const wait = base * Math.random();', true],
  ['packages/daemon/src/git/a.ts', ' * as `Math.random`', false],
  ['packages/daemon/src/git/a.ts', 'const t = performance.now();', false],
  ['packages/daemon/src/git/a.test.ts', 'const t = Date.now();', false],
  ['packages/daemon/src/main.ts', 'run(process.env);', false],
])('%s: %s', (path, line, found) => {
  expect(findHiddenInputs(new Map([[path, line]]))).toHaveLength(found ? 1 : 0);
});
