import { describe, expect, it } from 'vitest';
import { readImports } from './read-imports.ts';
import { findRoomViolations } from './rooms.ts';
import { readTrackedFiles } from './tracked-files.ts';

const isModule = (path: string) => /^(packages|scripts)\/.*\.ts$/.test(path) && !path.endsWith('.d.ts');

describe('the import rule', () => {
  it('is kept by every module of the repository', () => {
    const modules = readTrackedFiles(isModule);
    const imports = new Map([...modules].map(([path, text]) => [path, readImports(path, text)]));
    expect(imports.size).toBeGreaterThan(100);
    expect(findRoomViolations(imports)).toEqual([]);
  });

  it.each([
    ['packages/daemon/src/git/a.ts', '../cluster/b.ts', 'room git may not know room cluster'],
    ['packages/daemon/src/cluster/a.ts', '../git/b.ts', 'room cluster may not know room git'],
    [
      'packages/daemon/src/manifests/yaml/a.ts',
      '../../cluster/b.ts',
      'room manifests may not know room cluster',
    ],
    ['packages/daemon/src/cluster/a.ts', '../reconcile/b.ts', 'room cluster may not know room reconcile'],
    ['packages/daemon/src/reconcile/a.ts', '../http/b.ts', 'room reconcile may not know room http'],
    ['packages/daemon/src/log/a.ts', '../git/b.ts', 'room log may not know room git'],
    ['packages/daemon/src/git/a.ts', '../config/b.ts', 'only main.ts reads the configuration'],
    ['packages/daemon/src/http/a.ts', '../main.ts', 'only main.ts sees all rooms, and nothing sees main.ts'],
    ['packages/daemon/src/http/a.ts', '../compose/b.ts', 'room http may not know room compose'],
    [
      'packages/daemon/src/compose/a.ts',
      '../main.ts',
      'only main.ts sees all rooms, and nothing sees main.ts',
    ],
    ['packages/daemon/src/kitchen/a.ts', '../git/b.ts', 'the design has no room kitchen'],
    ['packages/daemon/src/git/a.ts', './b.test.ts', 'only tests import tests'],
    ['packages/daemon/src/git/a.ts', '../../test/b.ts', 'only tests import tests'],
    ['packages/daemon/src/git/a.ts', '@fluxctl/sandbox/world', 'daemon may not know sandbox'],
    ['packages/daemon/src/main.ts', '../../cli/src/main.ts', 'daemon may not know cli'],
    ['packages/daemon/test/a.ts', '@fluxctl/cli/main', 'daemon may not know cli'],
    ['packages/cli/src/a.ts', '@fluxctl/daemon/log/logger', 'cli may not know daemon'],
    ['packages/sandbox/src/a.ts', '#daemon/log/logger', 'sandbox may not know daemon'],
    ['scripts/src/a.ts', '#daemon/log/logger.test', 'only tests import tests'],
    ['packages/cli/src/a.ts', '../../shared/src/b.ts', 'other packages go by their name, @fluxctl/shared/…'],
    ['packages/shared/src/a.ts', '@fluxctl/cli/b', 'shared may not know cli'],
    ['packages/sandbox/src/a.ts', '@fluxctl/daemon/main', 'sandbox may not know daemon'],
    ['packages/daemon/src/git/a.ts', '../../../../elsewhere/b.ts', 'it lies in no package'],
  ])('%s may not import %s', (path, specifier, because) => {
    expect(findRoomViolations(new Map([[path, [specifier]]]))).toEqual([
      `${path} imports ${specifier}: ${because}`,
    ]);
  });

  it.each([
    ['packages/daemon/src/main.ts', './http/b.ts'],
    ['packages/daemon/src/main.ts', './compose/b.ts'],
    ['packages/daemon/src/compose/a.ts', '../http/b.ts'],
    ['packages/daemon/src/compose/a.ts', '../config/b.ts'],
    ['packages/daemon/src/reconcile/a.ts', '../cluster/b.ts'],
    ['packages/daemon/src/git/a.ts', '../log/b.ts'],
    ['packages/daemon/src/git/a.ts', '@fluxctl/shared/errors'],
    ['packages/daemon/src/git/a.test.ts', '@fluxctl/sandbox/git-host/b'],
    ['packages/daemon/test/a.ts', '../src/git/b.ts'],
    ['packages/cli/src/a.ts', 'chalk'],
    ['scripts/src/a.ts', '@fluxctl/sandbox/world'],
    ['scripts/src/a.ts', '#daemon/manifests/loader'],
  ])('%s may import %s', (path, specifier) => {
    expect(findRoomViolations(new Map([[path, [specifier]]]))).toEqual([]);
  });

  it('finds circles, each once', () => {
    const at = (name: string) => `packages/shared/src/${name}.ts`;
    const imports = new Map([
      [at('c'), ['./a.ts']],
      [at('b'), ['./c.ts', './d.ts']],
      [at('a'), ['./b.ts']],
      [at('d'), []],
    ]);
    expect(findRoomViolations(imports)).toEqual([`circle: ${['a', 'b', 'c', 'a'].map(at).join(' → ')}`]);
  });

  it('sees every form of import', () => {
    const text = `import './a.ts'; import type { B } from './b.ts'; export * from './c.ts';
      export type { D } from './d.ts'; const e = await import('./e.ts'); type F = import("./f.ts").F;`;
    expect(readImports('x.ts', text)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
  });
});
