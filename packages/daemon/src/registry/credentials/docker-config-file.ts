import { errorMessage } from '@fluxctl/shared/errors';
import { askCredentialHelper } from './credential-helper.ts';
import { type DockerConfig, parseDockerConfig } from './docker-config.ts';
import type { LoginProvider } from './login-provider.ts';

export interface DockerConfigPorts {
  readonly readFile: (path: string) => Promise<string>;
  /** Of the credential helpers; they need PATH and HOME. */
  readonly env: NodeJS.ProcessEnv;
  /** In milliseconds. */
  readonly now: () => number;
  /** One entry cannot be used. */
  readonly onProblem: (problem: string) => void;
  /** The file cannot be read, or is none. */
  readonly onUnusable: (reason: string) => void;
}

/** A file is read again when it is older than this: secrets are renewed under a running daemon. */
const keptMs = 60_000;

/** The logins of `--docker-config`, and of the credential helpers that it names. */
export function createDockerConfigProvider(path: string, ports: DockerConfigPorts): LoginProvider {
  let read: { readonly config: DockerConfig; readonly at: number } | undefined;
  const told = new Set<string>();
  const once = (text: string, tell: (text: string) => void): void => {
    if (!told.has(text)) tell(text);
    told.add(text);
  };

  const current = async (): Promise<DockerConfig | undefined> => {
    if (read && ports.now() - read.at < keptMs) return read.config;
    try {
      const config = parseDockerConfig(await ports.readFile(path), 'dockerconfigjson', path);
      for (const problem of config.problems) once(problem, ports.onProblem);
      read = { config, at: ports.now() };
    } catch (error) {
      once(errorMessage(error), ports.onUnusable);
      // What it said before goes on counting: an editor may be writing it just now.
      if (read) read = { config: read.config, at: ports.now() };
    }
    return read?.config;
  };

  return {
    serves: () => true,
    async login(host, signal) {
      const config = await current();
      if (!config) return undefined;
      const helper = config.helpers.get(host) ?? dockerHubAlias(config, host) ?? config.store;
      const helped = helper && (await askCredentialHelper(helper, host, ports.env, signal));
      return helped || config.logins.of(host);
    },
  };
}

function dockerHubAlias({ helpers }: DockerConfig, host: string): string | undefined {
  return host === 'index.docker.io' ? helpers.get('docker.io') : undefined;
}
