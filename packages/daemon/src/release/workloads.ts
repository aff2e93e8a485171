import type { Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { NamedImage } from '../cluster/helm-release-images.ts';

/** A workload as git defines it. */
export interface DefinedWorkload {
  readonly id: ResourceId;
  readonly containers: readonly NamedImage[];
  readonly policies: Policies;
}

/** A workload as the cluster has it. */
export interface RunningWorkload {
  readonly id: ResourceId;
  readonly containers: readonly NamedImage[];
  /** Why the containers cannot be told. */
  readonly containersError: string | undefined;
  /** Value of the annotation `fluxcd.io/ignore` in the cluster. */
  readonly ignore: string | undefined;
}

/** What releases are calculated from. */
export interface Workloads {
  /** All of git. */
  readonly defined: readonly DefinedWorkload[];
  /** Those of them that the cluster has and shows. */
  readonly running: ReadonlyMap<ResourceId, RunningWorkload>;
}
