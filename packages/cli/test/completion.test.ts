import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entry, hint, runFluxctl, sealedEnv } from './support/run-fluxctl.ts';

describe('completion', () => {
  it.each([
    [[], 'please specify a shell'],
    [['tcsh'], 'unsupported shell type "tcsh"'],
    [['bash', 'zsh'], 'please specify one of the following shells: bash fish zsh'],
  ])('[cli 2] refuses %j', async (args, text) => {
    const run = await runFluxctl(['completion', ...args]);
    expect(run).toEqual({ stdout: '', stderr: `Error: ${text}\n${hint('completion')}`, code: 1 });
  });

  it.each([
    ['bash', '# bash completion for fluxctl'],
    ['fish', '# fish completion for fluxctl'],
    ['zsh', '#compdef _fluxctl fluxctl'],
  ])('prints a script for %s', async (shell, start) => {
    const run = await runFluxctl(['completion', shell]);
    expect({ ...run, stdout: '' }).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(run.stdout.startsWith(start)).toBe(true);
  });
});

describe('what completes, without a cluster, where v1 connects to one', () => {
  it.each([
    [['id'], ['identity\tShow the public SSH key of the daemon', ':4']],
    [
      ['list-workloads', '-o', ''],
      ['tab', 'wide', 'json', ':4'],
    ],
    [
      ['list-controllers', '--output-format=j'],
      ['--output-format=json', ':4'],
    ],
    [
      ['--url', 'u', 'sync', '--al'],
      ['--allow-failures\tExit with 0 even if objects could not be applied, as Flux v1 does', ':4'],
    ],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh', ':4'],
    ],
    [['install', '--git-paths'], [':4']],
    [['install', '--output-dir', ''], [':16']],
    [
      ['sync', '--context', 'o'],
      ['one', ':4'],
    ],
    [
      ['help', 'sy'],
      ['sync\tMake the cluster equal to the git repository, now', ':4'],
    ],
    [
      ['policy', '--set', 'm'],
      ['min-age.', ':6'],
    ],
    [
      ['policy', '--set=fr'],
      ['--set=freeze=', ':6'],
    ],
    [
      ['policy', '--unset', 'fr'],
      ['freeze', ':4'],
    ],
    [['version', ''], [':4']],
    [['nope', ''], [':4']],
  ])('%j becomes %j', async (words, lines) => {
    const folder = await mkdtemp(join(tmpdir(), 'fluxctl-contexts-'));
    const kubeconfig = join(folder, 'config');
    await writeFile(kubeconfig, JSON.stringify({ contexts: [{ name: 'one' }, { name: 'two' }] }));
    const run = await runFluxctl(['__complete', ...words], { env: { KUBECONFIG: kubeconfig } });
    await rm(folder, { recursive: true });
    expect(run).toEqual({ stdout: lines.map((line) => `${line}\n`).join(''), stderr: '', code: 0 });
  });
});

const installed = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('in a real shell', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'fluxctl-shell-'));
    const bin = join(home, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'fluxctl'), `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`);
    await chmod(join(bin, 'fluxctl'), 0o755);
  });
  afterAll(() => rm(home, { recursive: true }));

  function inShell(shell: string, flags: readonly string[], script: string): string[] {
    const env = sealedEnv(home);
    const PATH = `${join(home, 'bin')}:${env.PATH}`;
    const run = spawnSync(shell, [...flags, '-c', script], {
      env: { ...env, PATH },
      cwd: home,
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    return run.stdout.split('\n').filter((line) => line !== '');
  }

  describe.skipIf(!installed('bash'))('bash', () => {
    it.each([
      ['fluxctl sy', ['sync']],
      ['fluxctl list-workloads --output-format = j', ['json']],
      ['fluxctl list-workloads --output-format =', ['tab', 'wide', 'json']],
      ['fluxctl sync --all', ['--allow-failures']],
      ['fluxctl install --output-dir b', ['bin']],
      ['fluxctl policy --set ord', ['order.']],
    ])('completes %s', (line, expected) => {
      const words = line.split(' ');
      const script = `. <(fluxctl completion bash)
        COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}
        __fluxctl_complete; printf '%s\n' "\${COMPREPLY[@]}"; complete -p fluxctl >/dev/null`;
      expect(inShell('bash', ['--norc', '--noprofile'], script)).toEqual(expected);
    });
  });

  describe.skipIf(!installed('fish'))('fish, where it is installed', () => {
    it.each([
      ['fluxctl sy', ['sync\tMake the cluster equal to the git repository, now']],
      ['fluxctl list-workloads -o ', ['tab', 'wide', 'json']],
      ['fluxctl list-workloads --output-format=j', ['--output-format=json']],
    ])('completes %s', (line, expected) => {
      const script = `fluxctl completion fish | source; complete -C '${line}'`;
      const completed = inShell('fish', ['--no-config'], script);
      expect(completed.sort()).toEqual([...expected].sort());
    });
  });

  describe.skipIf(!installed('zsh'))('zsh, where it is installed', () => {
    it.each([
      ['fluxctl sy', ['sync']],
      ["fluxctl list-workloads -o ''", ['tab', 'wide', 'json']],
      ['fluxctl sync --all', ['--allow-failures']],
      ['fluxctl policy --set ord', ['order.']],
    ])('completes %s', (line, expected) => {
      const script = `compdef() { : }
        compadd() { print -l -- $candidates }
        source <(fluxctl completion zsh)
        words=(${line}); CURRENT=$#words
        _fluxctl`;
      expect(inShell('zsh', ['-f'], script)).toEqual(expected);
    });
  });
});
