import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { knownHostsText, publishedHostKeys } from './published-host-keys.ts';

/** Files that the OpenSSH client is to heed; those that do not exist are passed over. */
export interface SshFiles {
  /** In order of precedence: the user's `config`, then the system's `ssh_config`. */
  readonly config: readonly string[];
  /** Host keys besides the published ones: the user's, the system's, `--ssh-known-hosts`. */
  readonly knownHosts: readonly string[];
}

/** The `ssh` command line that git is to use; files are written to `folder`, which must be private. */
export interface SshClient {
  command(): Promise<string>;
}

export function createSshClient(
  folder: string,
  files: SshFiles,
  identityFiles: () => readonly string[],
): SshClient {
  const configFile = join(folder, 'config');
  const publishedFile = join(folder, 'published_known_hosts');
  let written: string | undefined;

  return {
    async command() {
      const config = sshConfig(files, publishedFile, identityFiles());
      if (config !== written) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(publishedFile, knownHostsText(publishedHostKeys));
        // Renamed, so that an ssh that starts meanwhile reads the old one or the new one whole.
        await writeFile(`${configFile}.new`, config, { mode: 0o600 });
        await rename(`${configFile}.new`, configFile);
        written = config;
      }
      // Nothing that a config file says may make ssh ask, or trust a host it does not know.
      const strict = [
        'BatchMode=yes',
        'StrictHostKeyChecking=yes',
        'IdentitiesOnly=yes',
        'UpdateHostKeys=no',
      ];
      return ['ssh', '-F', shellQuote(configFile), ...strict.map((option) => `-o ${option}`)].join(' ');
    },
  };
}

/**
 * The configuration that ssh is given: in ssh the first value counts, so the user's files come first.
 * OpenSSH looks for `~` in the password file and not in HOME, so that all paths are spelled out.
 */
export function sshConfig(files: SshFiles, publishedFile: string, identityFiles: readonly string[]): string {
  const lines = [
    ...files.config.map((path) => `Include ${quote(path)}`),
    'Match all',
    ...identityFiles.map((path) => `IdentityFile ${quote(path.replaceAll('%', '%%'))}`),
    // Leaves UserKnownHostsFile to the user's own configuration.
    `GlobalKnownHostsFile ${[publishedFile, ...files.knownHosts]
      .map((path) => quote(path.replaceAll('%', '%%')))
      .join(' ')}`,
    'UserKnownHostsFile /dev/null',
    'PreferredAuthentications publickey',
    'ConnectTimeout 15',
    'ServerAliveInterval 15',
    'ServerAliveCountMax 3',
    'LogLevel ERROR',
  ];
  return `${lines.join('\n')}\n`;
}

function quote(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
