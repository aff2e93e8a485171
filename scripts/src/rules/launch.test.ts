import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '@fluxctl/shared/version';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from './tracked-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'launch test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A link to a link to a script, in folders of their own. */
function linkTo(script: string): string {
  const near = join(folder, `${script}-near`);
  const far = join(folder, 'far', script);
  mkdirSync(join(folder, 'far'), { recursive: true });
  symlinkSync(join(repositoryRoot, 'scripts', script), near);
  symlinkSync(`../${script}-near`, far);
  return far;
}

const run = (command: string, args: readonly string[], cwd = folder) =>
  spawnSync(command, args, { cwd, encoding: 'utf8' });

describe('the programs from source', () => {
  it.each([
    ['fluxctl', 'version'],
    ['fluxd', '--version'],
  ])('%s is started from any folder, through links', (script, flag) => {
    const { stdout, stderr, status } = run(linkTo(script), [flag]);
    expect({ stdout, stderr, status }).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
  });

  it('stay in the folder where they are called', () => {
    const here = join(folder, 'here');
    mkdirSync(here);
    const args = ['install', '--git-url=git@h:r', '--git-email=a@b', '--namespace=flux', '--output-dir=.'];
    expect(run(join(repositoryRoot, 'scripts/fluxctl'), args, here).status).toBe(0);
    expect(readdirSync(here)).toContain('flux-deployment.yaml');
  });

  it('are started by several callers at once', async () => {
    const script = `for i in 1 2 3; do '${repositoryRoot}/scripts/fluxctl' version & done; wait`;
    expect(run('bash', ['-c', script]).stdout).toBe(`${version}\n`.repeat(3));
  });
});
