import type { JsonObject } from '@fluxctl/shared/kube-object';
import { resourceId } from '@fluxctl/shared/resource/resource-id';
import type { Logger } from '../log/logger.ts';
import { type ApiStatusError, isStatus } from './api-error.ts';
import type { Cluster, PullSecret } from './cluster.ts';
import type { KubeClient } from './kube-client.ts';
import { Memo } from './memo.ts';
import { type RetryPorts, withRetries } from './retry.ts';

/** How soon a new password is seen, in milliseconds. */
const keptMs = 2 * 60_000;

/** Reads them when they are asked for: a watch would hold every secret of the cluster. */
export function createPullSecrets(ports: {
  readonly client: KubeClient;
  readonly retry: RetryPorts;
  readonly log: Logger;
  readonly now: () => number;
}): Cluster['pullSecrets'] {
  const { client, retry, log, now } = ports;
  const accounts = new Memo<readonly string[]>(keptMs, now);
  const secrets = new Memo<PullSecret | undefined>(keptMs, now);
  const told = new Set<string>();
  const tellOnce = (about: string, line: Readonly<Record<string, string>>): void => {
    if (!told.has(about)) log.log(line);
    told.add(about);
  };

  /** Undefined where it is missing or forbidden. */
  const read = async (
    plural: 'secrets' | 'serviceaccounts',
    namespace: string,
    name: string,
    signal: AbortSignal,
    onMissing: (error: ApiStatusError) => void,
  ): Promise<JsonObject | undefined> => {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`;
    try {
      const ask = () => client.request({ method: 'GET', path }, signal);
      return (await withRetries(ask, retry, signal)).body;
    } catch (error) {
      if (isStatus(error, 404)) onMissing(error);
      else if (!isStatus(error, 403)) throw error;
      // Whoever lacks the right lacks it everywhere, or in many places: one line will do.
      else
        tellOnce(plural, { warning: `not allowed to read ${plural} for pulling images`, err: error.message });
      return undefined;
    }
  };

  const accountSecrets = async (namespace: string, name: string, signal: AbortSignal): Promise<string[]> => {
    // An account that is not there is passed over, as in Flux v1: no pod runs under it either.
    const account = await read('serviceaccounts', namespace, name, signal, () => undefined);
    const named = (account?.['imagePullSecrets'] ?? []) as readonly { readonly name?: string }[];
    return named.flatMap(({ name }) => name || []);
  };

  const readSecret = async (
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<PullSecret | undefined> => {
    const origin = resourceId(namespace, 'secret', name);
    const secret = await read('secrets', namespace, name, signal, ({ message }) => {
      const err = `getting secret ${JSON.stringify(name)} from namespace ${JSON.stringify(namespace)}: ${message}`;
      tellOnce(origin, { err });
    });
    if (!secret) return undefined;
    told.delete(origin);
    const entries = Object.entries((secret['data'] ?? {}) as Record<string, string>)
      .filter(([key]) => key.startsWith('.docker'))
      .map(([key, value]) => [key, Buffer.from(value, 'base64')] as const);
    return { origin, type: String(secret['type'] ?? ''), data: new Map(entries) };
  };

  return async (namespace, source, signal) => {
    const account = await accounts.get(`${namespace}/${source.serviceAccount}`, () =>
      accountSecrets(namespace, source.serviceAccount, signal),
    );
    const found = await Promise.all(
      [...account, ...source.secrets].map((name) =>
        secrets.get(`${namespace}/${name}`, () => readSecret(namespace, name, signal)),
      ),
    );
    return found.filter((secret) => secret !== undefined);
  };
}
