import type { JobStatus, UpdateSpec } from '@fluxctl/shared/api/types';
import type { Cluster } from '../../cluster/cluster.ts';
import type { EventRecorder } from '../../events/recorder.ts';
import type { Repository } from '../../git/repository.ts';
import type { Logger } from '../../log/logger.ts';
import type { ManifestLoader } from '../../manifests/manifest.ts';
import type { DefinitionReader } from '../update-ports.ts';

export interface RolloutConfig {
  /** Whether the daemon writes nothing to git. */
  readonly readonly: boolean;
  /** In full: `refs/notes/flux`. */
  readonly notesRef: string;
}

export interface RolloutPorts {
  readonly repository: Pick<Repository, 'head' | 'log' | 'notes' | 'requireReady'>;
  readonly definitions: DefinitionReader;
  /** Of its own: see `HistoryPorts`. */
  readonly loader: ManifestLoader;
  readonly cluster: Pick<Cluster, 'workloads' | 'watchRollout'>;
  readonly events: EventRecorder;
  readonly log: Logger;
  /** Puts an update in the queue and waits for its end. @throws why it failed */
  readonly submit: (spec: UpdateSpec, signal: AbortSignal) => Promise<JobStatus['Result']>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}
