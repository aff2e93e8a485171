import { expect, it } from 'vitest';
import { gitEnvironment } from './git-environment.ts';

it('passes on what git needs, and nothing else', () => {
  const env = gitEnvironment(
    {
      PATH: '/bin',
      HOME: '/root',
      https_proxy: 'http://proxy',
      GNUPGHOME: '',
      HTTP_PROXY: 'http://bad',
      SSH_AUTH_SOCK: '/agent',
      GIT_SSH_COMMAND: 'evil',
      GIT_DIR: '/elsewhere',
      KUBERNETES_TOKEN: 'secret',
    },
    'ssh -F x',
  );
  const settings = Object.keys(env).filter((name) => /^GIT_CONFIG_(KEY|VALUE)_\d+$/.test(name));
  expect(settings.length).toBe(2 * Number(env.GIT_CONFIG_COUNT));
  expect(
    Object.keys(env)
      .filter((name) => !name.startsWith('GIT_CONFIG'))
      .toSorted(),
  ).toEqual([
    'GIT_SSH_COMMAND',
    'GIT_SSH_VARIANT',
    'GIT_TERMINAL_PROMPT',
    'HOME',
    'LC_ALL',
    'MALLOC_TRIM_THRESHOLD_',
    'PATH',
    'https_proxy',
  ]);
  expect(env.GIT_SSH_COMMAND).toBe('ssh -F x');
  expect(gitEnvironment({}, undefined).GIT_SSH_COMMAND).toBeUndefined();
});
