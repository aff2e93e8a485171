import { describe, expect, it } from 'vitest';
import { findFileViolations } from './files.ts';
import { readTrackedFiles } from './tracked-files.ts';

describe('the files of the repository', () => {
  it('have proper names, no leftovers, and nothing of one machine', () => {
    expect(findFileViolations(readTrackedFiles(() => true))).toEqual([]);
  });

  const lines = (count: number) => 'x();\n'.repeat(count);
  it.each([
    { path: 'docs/MyNotes.md', text: '', because: "'MyNotes.md' is not kebab-case" },
    { path: 'packages/x/src/fooBar.ts', text: '', because: "'fooBar.ts' is not kebab-case" },
    { path: 'a.ts', text: `ok\n// ${'TO'}DO later`, because: 'unfinished work' },
    { path: 'a.md', text: `This is not ${'implemented'}.`, because: 'what is not there is not offered' },
    { path: 'a.ts', text: `const x = '/${'home'}/sam/x'`, because: 'a path of one machine' },
    { path: 'b.json', text: `"https://${'registry'}.npmjs.org/x"`, because: 'a setting of the machine' },
    {
      path: 'pnpm-lock.yaml',
      text: `tarball: https${'://'}mirror.example/x.tgz`,
      because: 'names a registry',
    },
    { path: 'k.pem', text: `-----BEGIN ${'RSA'} PRIVATE KEY-----\nMII`, because: 'a private key' },
    { path: 'long.ts', text: lines(401), because: '401 lines' },
    { path: 'long.test.ts', text: lines(701), because: '701 lines' },
  ])('are refused: $path ($because)', ({ path, text, because }) => {
    const violations = findFileViolations(new Map([[path, text]]));
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(because);
  });

  it.each([
    'LICENSE',
    '.gitignore',
    '.ci/run',
    'scripts/fluxctl',
    'packages/cli/src/a-b.test.ts',
    'docs/v1.2.md',
  ])('may be called %s', (path) => {
    expect(findFileViolations(new Map([[path, lines(10)]]))).toEqual([]);
  });
});
