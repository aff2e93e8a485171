import type { PublicSshKey } from '@fluxctl/shared/api/types';
import type { Cluster } from '../cluster/cluster.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Source } from '../reconcile/source.ts';

/** What the API works with. */
export interface ApiPorts {
  readonly version: string;
  readonly cluster: Pick<Cluster, 'ping' | 'workloads' | 'export'>;
  readonly sources: readonly Source[];
  readonly jobs: JobQueue;
  /** The deploy key; one that gives an empty key where none is kept. */
  readonly deployKey: DeployKey;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface DeployKey {
  publicKey(): PublicSshKey;
  regenerate(signal: AbortSignal): Promise<unknown>;
}
