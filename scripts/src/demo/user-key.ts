import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHost } from '@fluxctl/sandbox/git-host/start-git-host';

/** A person who pushes with git, apart from whoever runs this. */
export interface UserKey {
  readonly publicKey: string;
  /** What git needs to be that person. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes a key, and settings of ssh and git that use it and nothing else.
 * @param folder - where they are put
 * @param host - the name under which git reaches the git host
 */
export function makeUserKey(
  folder: string,
  { host, gitHost }: { readonly host: string; readonly gitHost: GitHost },
): UserKey {
  const key = join(folder, 'user-key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'sam', '-f', key]);
  const knownHosts = join(folder, 'known_hosts');
  // By its address, and by the name that is to lead there.
  writeFileSync(knownHosts, gitHost.knownHosts + gitHost.knownHosts.replace(/^\S+/, host));
  const config = join(folder, 'ssh_config');
  writeFileSync(
    config,
    [
      `Host ${host}`,
      '  HostName 127.0.0.1',
      `  Port ${gitHost.port}`,
      `  HostKeyAlias ${host}`,
      `  IdentityFile "${key}"`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile "${knownHosts}"`,
      '  StrictHostKeyChecking yes',
      '',
    ].join('\n'),
  );
  const name = { name: 'Sam', email: 'sam@users.noreply.github.com' };
  const gitConfig = join(folder, 'gitconfig');
  writeFileSync(gitConfig, `[user]\n\tname = ${name.name}\n\temail = ${name.email}\n`);
  return {
    publicKey: readFileSync(`${key}.pub`, 'utf8').trim(),
    env: {
      GIT_SSH_COMMAND: `ssh -F '${config}'`,
      GIT_CONFIG_GLOBAL: gitConfig,
      GIT_AUTHOR_NAME: name.name,
      GIT_AUTHOR_EMAIL: name.email,
      GIT_COMMITTER_NAME: name.name,
      GIT_COMMITTER_EMAIL: name.email,
    },
  };
}
