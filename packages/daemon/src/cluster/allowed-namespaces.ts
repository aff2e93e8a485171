import type { Logger } from '../log/logger.ts';
import { ApiStatusError } from './api-error.ts';
import type { KubeClient } from './kube-client.ts';

/** `--k8s-allow-namespace`: where the daemon may look and write. */
export interface AllowedNamespaces {
  /** Where objects of a kind are looked for; one undefined stands for everywhere. */
  of(kind: { readonly namespaced: boolean }): readonly (string | undefined)[];
  /** Looks whether they are there, once; one that is not is warned of once, and looked for again later. */
  check(signal: AbortSignal): Promise<void>;
}

/** Between looks for one that is missing, in milliseconds. */
const lookAgainAfterMs = 5 * 60_000;

/** @param names - empty for all */
export function createAllowedNamespaces(
  names: readonly string[],
  ports: { readonly client: KubeClient; readonly log: Logger; readonly now: () => number },
): AllowedNamespaces {
  const unseen = new Map(names.map((name) => [name, { warned: false, lookedAt: Number.NEGATIVE_INFINITY }]));

  const look = async (name: string, signal: AbortSignal): Promise<void> => {
    const state = unseen.get(name);
    if (!state || ports.now() - state.lookedAt < lookAgainAfterMs) return;
    state.lookedAt = ports.now();
    try {
      const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
      await ports.client.request({ method: 'GET', path }, signal);
      unseen.delete(name);
    } catch (error) {
      state.lookedAt = Number.NEGATIVE_INFINITY;
      if (!(error instanceof ApiStatusError)) throw error;
      state.lookedAt = ports.now();
      if (state.warned) return;
      state.warned = true;
      ports.log.log({ warning: 'cannot access allowed namespace', namespace: name, err: error.message });
    }
  };

  return {
    of: ({ namespaced }) => (namespaced && names.length > 0 ? names : [undefined]),
    async check(signal) {
      await Promise.all([...unseen.keys()].map((name) => look(name, signal)));
    },
  };
}
