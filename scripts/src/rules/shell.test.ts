import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findShellProblems } from './shell.ts';
import { readTrackedFiles, repositoryRoot } from './tracked-files.ts';

const scripts = [
  ...readTrackedFiles((path) => /^(scripts\/[^/]+|scripts\/lib\/.+\.sh|\.ci\/[^/]+)$/.test(path)),
];
const isSourced = (path: string): boolean => path.endsWith('.sh');
const shellcheck = spawnSync('shellcheck', ['--version']).status === 0;

describe.each(scripts)('%s', (path, text) => {
  it('runs under bash 3.2 and on macOS', () => {
    const allowed = path.startsWith('.ci/') ? /Linux only/ : /^$/;
    const problems = findShellProblems(text, { sourced: isSourced(path) });
    expect(problems.filter((problem) => !allowed.test(problem))).toEqual([]);
  });

  it('parses, and may be executed', () => {
    const { stderr } = spawnSync('bash', ['-n', path], { cwd: repositoryRoot, encoding: 'utf8' });
    expect(stderr).toBe('');
    const executable = (statSync(join(repositoryRoot, path)).mode & 0o111) === 0o111;
    expect(executable).toBe(!isSourced(path));
  });

  it.skipIf(!shellcheck)('satisfies shellcheck', () => {
    const args = ['--external-sources', '--source-path=SCRIPTDIR', '--severity=info', path];
    const { stdout, status } = spawnSync('shellcheck', args, { cwd: repositoryRoot, encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});

describe('what only newer shells understand', () => {
  const begin = '#!/usr/bin/env bash\nset -euo pipefail\n';
  it.each([
    ['mapfile -t lines', 'mapfile'],
    ['declare -A map', 'declare -A'],
    [`echo "\${name^^}"`, `\${name^^`],
    ['run &>>log', '&>>'],
    ['path=$(readlink -f "$0")', 'readlink -f'],
    ['timeout 5 sleep 9', 'timeout'],
    ['cat /proc/cpuinfo', '/proc/'],
  ])('is found: %s', (line, found) => {
    expect(findShellProblems(begin + line, { sourced: false })).toEqual([
      expect.stringContaining(`3: ${found}`),
    ]);
  });

  it('is not looked for in comments', () => {
    expect(findShellProblems(`${begin}# no mapfile here\nls # timeout`, { sourced: false })).toEqual([]);
  });

  it('is not all that is asked for', () => {
    expect(findShellProblems('echo hi', { sourced: false })).toHaveLength(2);
    expect(findShellProblems('echo hi', { sourced: true })).toEqual([]);
  });
});
