import type { Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { NamedImage } from '../manifests/named-image.ts';

/** A workload as git defines it; its containers are a matter of `ContainersById`. */
export interface DefinedWorkload {
  readonly id: ResourceId;
  readonly policies: Policies;
}

/** Containers of objects in git: undefined for what is no workload. */
export type ContainersById = ReadonlyMap<ResourceId, readonly NamedImage[] | undefined>;

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
