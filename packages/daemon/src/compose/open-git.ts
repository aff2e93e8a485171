import { randomBytes } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHttpUrl } from '@fluxctl/shared/git/git-url';
import type { SecretStore } from '../cluster/cluster.ts';
import type { Config } from '../config/config.ts';
import { openRepository } from '../git/open-repository.ts';
import type { Repository } from '../git/repository.ts';
import type { SshFiles } from '../git/ssh-client.ts';
import { createSshKeyRing, emptyKeyRing, type SshKeyRing } from '../git/ssh-key-ring.ts';
import type { Logger } from '../log/logger.ts';

/** The deploy key; none is used over HTTP. */
export function openKeyRing(
  { ssh, git }: Config,
  ports: {
    readonly secrets: SecretStore;
    readonly log: Logger;
    readonly env: NodeJS.ProcessEnv;
    readonly random: () => number;
  },
): SshKeyRing {
  const { env, ...rest } = ports;
  if (git.url === '' || isHttpUrl(git.url)) return emptyKeyRing;
  return createSshKeyRing(
    {
      secretName: ssh.secretName,
      mountPath: ssh.mountPath,
      dataKey: ssh.dataKey,
      keygenFolder: ssh.keygenDir,
      tempFolder: tmpdir(),
      bits: ssh.bits,
      type: ssh.type || undefined,
      format: ssh.format || undefined,
      env,
    },
    rest,
  );
}

/** The repository, of which nothing is fetched yet. */
export function openMirror(
  config: Config,
  keyRing: SshKeyRing,
  { env, now }: { readonly env: NodeJS.ProcessEnv; readonly now: () => number },
): Promise<Repository> {
  return openRepository(
    { ...config.git, tempFolder: tmpdir(), ssh: sshFiles(config), env },
    {
      identityFiles: () => keyRing.identityFiles(),
      now: () => new Date(now()),
      randomHex: (count) => randomBytes(count).toString('hex').slice(0, count),
    },
  );
}

/** Where OpenSSH would look; the files need not exist. */
function sshFiles({ mountRoot, ssh }: Config): SshFiles {
  const home = homedir();
  const user = join(home.startsWith(`${mountRoot}/`) ? '/' : mountRoot, home, '.ssh');
  const system = join(mountRoot, '/etc/ssh');
  return {
    config: [join(user, 'config'), join(system, 'ssh_config')],
    knownHosts: [
      join(user, 'known_hosts'),
      join(system, 'ssh_known_hosts'),
      ...(ssh.knownHosts === '' ? [] : [ssh.knownHosts]),
    ],
  };
}
