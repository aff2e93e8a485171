import { expect, it } from 'vitest';
import { sshConfig } from './ssh-client.ts';

it('the user comes first, then the system, then what we need', () => {
  const files = {
    config: ['/root/.ssh/config', '/etc/ssh/ssh_config'],
    knownHosts: ['/a b/known', '/100%/known'],
  };
  const config = sshConfig(files, '/tmp/x/published', [
    '/var/fluxd/keygen/identity',
    '/etc/fluxd/ssh/identity',
  ]);
  expect(config.split('\n').slice(0, 7)).toEqual([
    'Include "/root/.ssh/config"',
    'Include "/etc/ssh/ssh_config"',
    'Match all',
    'IdentityFile "/var/fluxd/keygen/identity"',
    'IdentityFile "/etc/fluxd/ssh/identity"',
    'GlobalKnownHostsFile "/tmp/x/published" "/a b/known" "/100%%/known"',
    'UserKnownHostsFile /dev/null',
  ]);
});
