import { parseBaseUrl } from '@fluxctl/shared/api/client';
import { apiPrefix } from '@fluxctl/shared/api/routes';
import type { Endpoint } from '@fluxctl/shared/api/send-request';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { Settings } from '../settings.ts';

/** A way to the API, and its end. */
export interface Connection {
  readonly endpoint: Endpoint;
  /** Aborted when the way is closed from the other side. */
  readonly broken: AbortSignal | undefined;
  close(): void;
}

/** The port of the API in the daemon's pod. */
const daemonPort = 3030;

export interface ConnectOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Is given a line for the person at the terminal. */
  readonly tell: (line: string) => void;
}

/**
 * The API at `--url`, or else in the cluster, through a port-forward. Only then is anything of Kubernetes
 * loaded.
 * @throws {FluxError} in the words of Flux v1's client
 */
export async function openConnection(settings: Settings, options: ConnectOptions): Promise<Connection> {
  const { url, token } = settings;
  if (url === '') return forwardToDaemon(settings, options);
  try {
    return { endpoint: { base: parseBaseUrl(url), token }, broken: undefined, close: () => undefined };
  } catch (cause) {
    throw new UserError(`parsing URL: ${errorMessage(cause)}`, { cause });
  }
}

async function forwardToDaemon(
  { context, forward, token }: Settings,
  { env, signal, tell }: ConnectOptions,
): Promise<Connection> {
  const [{ loadKubeconfig }, { podLister }, { findDaemon }, { forwardPort }] = await Promise.all([
    import('./load-kubeconfig.ts'),
    import('./list-pods.ts'),
    import('./find-daemon.ts'),
    import('./port-forward.ts'),
  ]);
  const config = await loadKubeconfig(env, context);
  const pod = await findDaemon(forward, podLister(config, signal), ({ namespace, name }) =>
    tell(
      `Using the daemon in namespace "${namespace}" (pod ${name}); --k8s-fwd-ns=${namespace} finds it at once.`,
    ),
  );
  const forwarding = await forwardPort(config, pod, daemonPort);
  const base = new URL(`http://127.0.0.1:${forwarding.port}${apiPrefix}`);
  return { endpoint: { base, token }, broken: forwarding.broken, close: forwarding.close };
}
