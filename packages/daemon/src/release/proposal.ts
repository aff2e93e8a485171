import type { WorkloadChange } from './calculation.ts';
import type { ManifestEdit } from './edit-manifests.ts';
import type { Results } from './update-run.ts';

/** What an update comes to at one revision, before anything is written. */
export interface Proposal {
  /** By the workload's id, in its order. */
  readonly results: Results;
  /** None: there is nothing to write. */
  readonly edits: readonly ManifestEdit[];
  /** What the edits come to in images. */
  readonly changes: readonly WorkloadChange[];
  readonly message: string;
  /** Whether a workload becomes automated by it. */
  readonly automates: boolean;
}
