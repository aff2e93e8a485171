import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import { type Cluster, type Context, KubeConfig, type User } from '@kubernetes/client-node';
import { readKubeconfigFiles } from './kubeconfig-files.ts';

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const nothingConfigured =
  'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable';

/**
 * The cluster to talk to: the kubeconfig files merged as kubectl does (the first to name a thing wins),
 * or without any, the service account of the pod that this runs in.
 * @param context - empty for the current one
 * @throws {UserError} `Could not load kubernetes configuration file: REASON`
 */
export async function loadKubeconfig(env: NodeJS.ProcessEnv, context: string): Promise<KubeConfig> {
  try {
    const parts = (await readKubeconfigFiles(env)).map(({ path, text }) => readPart(path, text));
    const config = new KubeConfig();
    const contextName = context || parts.map((part) => part.currentContext).find((name) => name) || '';
    const contexts = parts.flatMap((part) => part.contexts);
    const chosen = contexts.find(({ name }) => name === contextName);
    if (!chosen) {
      if (contextName !== '') throw new Error(`context ${JSON.stringify(contextName)} does not exist`);
      if (!(await insideCluster(env))) throw new Error(nothingConfigured);
      config.loadFromCluster();
      return config;
    }
    const cluster = parts.flatMap((part) => part.clusters).find(({ name }) => name === chosen.cluster);
    if (!cluster) throw new Error(`cluster ${JSON.stringify(chosen.cluster)} does not exist`);
    const user = parts.flatMap((part) => part.users).find(({ name }) => name === chosen.user);
    config.loadFromOptions(selected(chosen, cluster, user, env));
    return config;
  } catch (cause) {
    const reason = `Could not load kubernetes configuration file: ${errorMessage(cause)}`;
    throw new UserError(reason, { cause });
  }
}

interface Selected {
  readonly clusters: Cluster[];
  readonly users: User[];
  readonly contexts: Context[];
  readonly currentContext: string;
}

/**
 * Fills in what the library wants: a user even if the context names none, or it leaves out the
 * certificate authority; and consent to plain HTTP, which a `kubectl proxy` speaks.
 */
function selected(
  context: Context,
  cluster: Cluster,
  user: User | undefined,
  env: NodeJS.ProcessEnv,
): Selected {
  const name = user?.name ?? 'nobody';
  const proxyUrl = cluster.proxyUrl || proxyFor(new URL(cluster.server), env);
  return {
    clusters: [
      {
        ...cluster,
        skipTLSVerify: cluster.skipTLSVerify || cluster.server.startsWith('http:'),
        ...(proxyUrl ? { proxyUrl } : {}),
      },
    ],
    users: [user ?? { name }],
    contexts: [{ ...context, user: name }],
    currentContext: context.name,
  };
}

/** The proxy that the environment names for an address, as kubectl takes it; none for loopback. */
function proxyFor({ protocol, hostname }: URL, env: NodeJS.ProcessEnv): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (bare === 'localhost' || bare === '::1' || bare.startsWith('127.')) return undefined;
  const exempt = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((entry) => entry.trim());
  const matches = (entry: string): boolean =>
    entry === '*' || (entry !== '' && (bare === entry || bare.endsWith(`.${entry.replace(/^\*?\./, '')}`)));
  if (exempt.some(matches)) return undefined;
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return env[name] || env[name.toLowerCase()] || undefined;
}

function readPart(path: string, text: string): KubeConfig {
  const part = new KubeConfig();
  try {
    part.loadFromString(text);
  } catch (cause) {
    throw new Error(`error loading config file ${JSON.stringify(path)}: ${errorMessage(cause)}`, { cause });
  }
  part.makePathsAbsolute(dirname(path));
  return part;
}

async function insideCluster(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!env.KUBERNETES_SERVICE_HOST) return false;
  return access(serviceAccountToken).then(
    () => true,
    () => false,
  );
}
