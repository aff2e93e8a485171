import type { Cluster } from '../cluster/cluster.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { Repository } from '../git/repository.ts';
import type { Logger } from '../log/logger.ts';
import type { AppliedChanges } from '../manifests/applied-changes.ts';
import type { ManifestLoader } from '../manifests/manifest.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SyncMarker } from './marker.ts';

/** What a source works with. */
export interface SourcePorts {
  readonly repository: Repository;
  readonly loader: ManifestLoader;
  readonly cluster: Cluster;
  readonly marker: SyncMarker;
  readonly events: EventRecorder;
  /** Told of the first pass of this process, and of every one that brought commits, before the marker moves. */
  readonly onApplied: (changes: AppliedChanges, signal: AbortSignal) => Promise<void>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}
