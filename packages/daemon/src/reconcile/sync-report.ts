import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { CommitSha } from '../git/repository.ts';
import type { SourcePosition } from '../manifests/manifest.ts';

/** What became of one object, or of one part of the repository, in a pass. */
export interface Outcome {
  readonly id: ResourceId | undefined;
  readonly apiVersion: string | undefined;
  readonly action:
    | 'created'
    | 'configured'
    | 'unchanged'
    | 'deleted'
    | 'ignored'
    | 'excluded'
    | 'failed'
    | 'warned';
  readonly source: Partial<SourcePosition> & { readonly path: string };
  readonly error: { readonly message: string; readonly field?: string } | undefined;
}

/** One pass over one source. */
export interface SyncReport {
  readonly revision: CommitSha;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcomes: readonly Outcome[];
  /** Why the pass as a whole did not come to its end; undefined when it did. */
  readonly error: string | undefined;
}
