import type { Logger } from '../log/logger.ts';
import { isStatus } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import type { KubeClient } from './kube-client.ts';
import { Memo } from './memo.ts';
import { metadataOnly, type ObjectMetadata } from './object-metadata.ts';
import { type RetryPorts, withRetries } from './retry.ts';

/** Nodes of another kind come seldom; in milliseconds. */
const keptMs = 10 * 60_000;
const pageSize = 500;
const usual = 'linux/amd64';

interface NodeList {
  readonly items?: readonly ObjectMetadata[] | null;
  readonly metadata?: { readonly continue?: string };
}

/**
 * Looks at the nodes' labels, which the kubelets keep: a node as a whole is large, and a cluster may
 * have thousands.
 */
export function createNodePlatforms(ports: {
  readonly client: KubeClient;
  readonly retry: RetryPorts;
  readonly log: Logger;
  readonly now: () => number;
}): Cluster['nodePlatforms'] {
  const { client, retry, log, now } = ports;
  const memo = new Memo<readonly string[]>(keptMs, now);
  let told = false;

  const look = async (signal: AbortSignal): Promise<string[]> => {
    const found = new Set<string>();
    let next = '';
    do {
      const query = { limit: String(pageSize), ...(next === '' ? {} : { continue: next }) };
      const ask = () =>
        client.request({ method: 'GET', path: '/api/v1/nodes', query, accept: metadataOnly.list }, signal);
      const page = (await withRetries(ask, retry, signal)).body as NodeList;
      for (const { metadata } of page.items ?? []) {
        const { 'kubernetes.io/os': os, 'kubernetes.io/arch': arch } = metadata.labels ?? {};
        if (os && arch) found.add(`${os}/${arch}`);
      }
      next = page.metadata?.continue ?? '';
    } while (next !== '');
    return [...found].sort((a, b) => (a === usual ? -1 : b === usual ? 1 : a < b ? -1 : 1));
  };

  return (signal) =>
    memo.get('', async () => {
      try {
        return await look(signal);
      } catch (error) {
        if (!isStatus(error, 403)) throw error;
        if (!told) log.log({ warning: 'not allowed to list nodes', err: error.message, platform: usual });
        told = true;
        return [];
      }
    });
}
