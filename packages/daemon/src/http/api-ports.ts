import type { PublicSshKey, RolloutRecord } from '@fluxctl/shared/api/types';
import type { Freeze } from '@fluxctl/shared/policy/freeze';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Cluster } from '../cluster/cluster.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Source } from '../reconcile/source.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import type { Updates } from '../release/updates.ts';

/** What the API works with. */
export interface ApiPorts {
  readonly version: string;
  readonly cluster: Pick<Cluster, 'ping' | 'workloads' | 'export'>;
  readonly sources: readonly Source[];
  readonly jobs: JobQueue;
  readonly updates: Updates;
  /** The deploy key; one that gives an empty key where none is kept. */
  readonly deployKey: DeployKey;
  /** What is known of images; nothing where no registry is scanned. */
  readonly images: Pick<ImageRegistry, 'imagesOf' | 'scanNext' | 'status'>;
  /** False with `--registry-disable-scanning`. */
  readonly scanning: boolean;
  readonly rollouts: RolloutBook;
  /** Of the whole daemon. */
  readonly freeze: Freeze | undefined;
  readonly now: () => Date;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** How the latest image updates came to run. */
export interface RolloutBook {
  /** Of the workload's latest image update. */
  latest(id: ResourceId): RolloutRecord | undefined;
  /** The latest of each workload, and with a rollback the rollout that it answers; the newest first. */
  recent(): readonly RolloutRecord[];
}

export interface DeployKey {
  publicKey(): PublicSshKey;
  regenerate(signal: AbortSignal): Promise<unknown>;
}
