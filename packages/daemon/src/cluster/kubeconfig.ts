import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { KubeConfig } from '@kubernetes/client-node';

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
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const origin = load(config, options);
  if (options.context !== '') {
    if (!config.getContextObject(options.context)) {
      throw new UserError(`context ${JSON.stringify(options.context)} does not exist in ${origin}`, {
        help: `There are: ${
          config
            .getContexts()
            .map(({ name }) => name)
            .join(', ') || 'none'
        }`,
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

function load(config: KubeConfig, { file, env, mountRoot }: KubeconfigOptions): string {
  try {
    if (file !== '') {
      config.loadFromFile(file);
      return file;
    }
    const listed = env['KUBECONFIG'];
    if (listed) {
      // client-node reads the variable of the process, which is the one that was handed in
      config.loadFromDefault();
      return listed;
    }
    if (existsSync(join(mountRoot, serviceAccount, 'token'))) {
      config.loadFromCluster(mountRoot);
      return 'in-cluster';
    }
    const own = join(env['HOME'] ?? '/', '.kube', 'config');
    if (existsSync(own)) {
      config.loadFromFile(own);
      return own;
    }
  } catch (cause) {
    throw new UserError(`the kubeconfig cannot be read: ${errorMessage(cause)}`, { cause });
  }
  throw new UserError('there is no cluster to connect to', {
    help: 'Outside of a cluster, name a kubeconfig: --kube-config=FILE or KUBECONFIG.',
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
