import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { canonicalName, type ImageName } from '@fluxctl/shared/images/image-ref';
import { isSet, readIgnore } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { DefinedWorkload, RunningWorkload, Workloads } from './workloads.ts';

/** Which workloads a release is about. */
export interface Filters {
  /** Undefined: all. */
  readonly include?: ReadonlySet<string> | undefined;
  readonly exclude?: ReadonlySet<string>;
  /** Only workloads that use it. */
  readonly image?: ImageName | undefined;
  /** Whether locked and ignored workloads are left alone. */
  readonly obeyLocks: boolean;
}

export interface Selection {
  /** Of the workloads that are left out, and why. */
  readonly results: Map<ResourceId, WorkloadResult>;
  readonly selected: readonly SelectedWorkload[];
}

export interface SelectedWorkload {
  readonly git: DefinedWorkload;
  readonly live: RunningWorkload;
}

const inaccessible = 'not accessible in cluster';

/** Of all workloads in git, those that a release may change; all others get a result that says why not. */
export function selectWorkloads({ defined, running }: Workloads, filters: Filters): Selection {
  const results = new Map<ResourceId, WorkloadResult>();
  const selected: SelectedWorkload[] = [];
  for (const git of defined) {
    const live = running.get(git.id);
    const result =
      leftOutByName(git.id, filters) ?? (live ? leftOut(git, live, filters) : skipped(inaccessible));
    if (result) results.set(git.id, result);
    else if (live) selected.push({ git, live });
  }
  return { results, selected };
}

/** Results of workloads that were asked for by name and that git does not define. */
export function notInRepository(
  requested: Iterable<string>,
  { defined }: Workloads,
): (readonly [ResourceId, WorkloadResult])[] {
  const ids = new Set<string>(defined.map(({ id }) => id));
  return [...requested]
    .filter((id) => !ids.has(id))
    .map((id) => [id as ResourceId, skipped('not found in repository')] as const);
}

function leftOutByName(id: ResourceId, { include, exclude }: Filters): WorkloadResult | undefined {
  if (include && !include.has(id)) return ignored('not included');
  return exclude?.has(id) ? ignored('excluded') : undefined;
}

function leftOut(git: DefinedWorkload, live: RunningWorkload, filters: Filters): WorkloadResult | undefined {
  const { image, obeyLocks } = filters;
  if (image) {
    if (live.containers.length === 0) return ignored(inaccessible);
    const wanted = canonicalName(image);
    const uses = live.containers.some((container) => canonicalName(container.image) === wanted);
    if (!uses) return ignored('a different image');
  }
  if (!obeyLocks) return undefined;
  if (isSet(git.policies, 'locked')) return skipped('locked');
  return readIgnore(live.ignore) === 'all' ? skipped('ignore') : undefined;
}

export function skipped(why: string): WorkloadResult {
  return { Status: 'skipped', Error: why, PerContainer: null };
}

export function ignored(why: string): WorkloadResult {
  return { Status: 'ignored', Error: why, PerContainer: null };
}

export function failed(why: string): WorkloadResult {
  return { Status: 'failed', Error: why, PerContainer: null };
}
