import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { KubeConfig } from '@kubernetes/client-node';
import { load } from 'js-yaml';

export interface KubeconfigOptions {
  /** `--kube-config`; empty when not given. */
  readonly file: string;
  /** `--kube-context`; empty for the current one. */
  readonly context: string;
  /** `--k8s-namespace`; empty when not given. */
  readonly namespace: string;
  readonly env: NodeJS.ProcessEnv;
  /** What stands before `/var/run/secrets/…`; empty but in the sandbox. */
  readonly mountRoot: string;
}

export interface ClusterConfig {
  readonly config: KubeConfig;
  /** Where it comes from, for the log: a path, or `in-cluster`. */
  readonly origin: string;
  /** Namespace of the kubeconfig's context; empty when it names none. */
  readonly contextNamespace: string;
  /** The daemon's own: where its secret is. */
  readonly ownNamespace: string;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the cluster: the file asked for, KUBECONFIG (several files are merged), the pod's own service
 * account, the file in the home directory.
 * @throws {UserError} when there is none, or it cannot be read
 */
export async function findCluster(options: KubeconfigOptions): Promise<ClusterConfig> {
  const { config, origin } = await loadConfig(options);
  if (options.context !== '') {
    if (!config.getContextObject(options.context)) {
      const names = config.getContexts().map(({ name }) => name);
      throw new UserError(`context ${JSON.stringify(options.context)} does not exist in ${origin}`, {
        help: `There are: ${names.join(', ') || 'none'}`,
      });
    }
    config.setCurrentContext(options.context);
  }
  const contextNamespace = config.getContextObject(config.getCurrentContext())?.namespace ?? '';
  const mounted = readIfThere(join(options.mountRoot, serviceAccount, 'namespace'));
  return {
    config,
    origin,
    contextNamespace,
    ownNamespace: options.namespace || mounted || contextNamespace || 'default',
  };
}

async function loadConfig(
  options: KubeconfigOptions,
): Promise<{ readonly config: KubeConfig; readonly origin: string }> {
  // Its import takes half a second, and nobody who fails before needs it.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const { file, env, mountRoot } = options;
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((name) => name !== '');
  const own = join(env['HOME'] || env['USERPROFILE'] || '/', '.kube', 'config');
  try {
    if (file !== '') return { config: fromFiles(new KubeConfig(), [file]), origin: file };
    if (listed.length > 0) {
      // As with kubectl, one of several may be missing.
      const there = listed.length === 1 ? listed : listed.filter((name) => existsSync(name));
      return { config: fromFiles(new KubeConfig(), there), origin: listed.join(delimiter) };
    }
    if (existsSync(join(mountRoot, serviceAccount, 'token'))) {
      const config = new KubeConfig();
      config.loadFromCluster(mountRoot);
      return { config, origin: 'in-cluster' };
    }
    if (existsSync(own)) return { config: fromFiles(new KubeConfig(), [own]), origin: own };
  } catch (cause) {
    throw new UserError(`the kubeconfig cannot be read: ${errorMessage(cause)}`, { cause });
  }
  throw new UserError('there is no cluster to connect to', {
    help: 'Outside of a cluster, name a kubeconfig: --kube-config=FILE or KUBECONFIG.',
  });
}

type Parts = Pick<KubeConfig, 'clusters' | 'users' | 'contexts' | 'currentContext'>;

/** Merges files as kubectl does: what a file names first stays. */
function fromFiles(config: KubeConfig, files: readonly string[]): KubeConfig {
  const merged: Parts = { clusters: [], users: [], contexts: [], currentContext: '' };
  for (const file of files) {
    config.loadFromFile(file);
    const tokenFiles = readTokenFiles(file);
    const users = config.getUsers().map((user) => withTokenFile(user, tokenFiles.get(user.name)));
    merged.clusters.push(...fresh(config.getClusters().map(withoutTls), merged.clusters));
    merged.contexts.push(...fresh(config.getContexts(), merged.contexts));
    merged.users.push(...fresh(users, merged.users));
    merged.currentContext ||= config.getCurrentContext() ?? '';
  }
  config.loadFromOptions(merged);
  return config;
}

/** `kubectl proxy` and its like speak plain HTTP; the library wants to hear that there is nothing to verify. */
function withoutTls(cluster: KubeConfig['clusters'][number]): typeof cluster {
  return cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster;
}

function fresh<T extends { readonly name: string }>(found: readonly T[], known: readonly T[]): T[] {
  return found.filter(({ name }) => !known.some((one) => one.name === name));
}

interface WrittenUsers {
  readonly users?: readonly { readonly name?: string; readonly user?: { readonly tokenFile?: unknown } }[];
}

/** Token files by user; the library itself passes over the key. */
function readTokenFiles(file: string): Map<string, string> {
  const written = load(readFileSync(file, 'utf8')) as WrittenUsers | null;
  const found = new Map<string, string>();
  for (const { name, user } of written?.users ?? []) {
    if (name !== undefined && typeof user?.tokenFile === 'string') {
      found.set(name, resolve(dirname(file), user.tokenFile));
    }
  }
  return found;
}

/** A token out of a file is read again as it is renewed. */
function withTokenFile(user: KubeConfig['users'][number], tokenFile: string | undefined): typeof user {
  if (tokenFile === undefined) return user;
  const { token: _, ...rest } = user;
  return { ...rest, authProvider: { name: 'tokenFile', config: { tokenFile } } };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
