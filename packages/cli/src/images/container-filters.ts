import type { ControllerStatus } from '@fluxctl/shared/api/types';
import { tagPolicyPrefix } from '@fluxctl/shared/policy/policies';
import { anyTag, parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';

/** Which tags a container may run. */
export interface ContainerFilter {
  /** `semver:~1.2` */
  readonly pattern: string;
  matches(tag: string): boolean;
}

/** The filters of all containers, from the policies of their workloads. */
export function containerFilters(
  workloads: readonly ControllerStatus[],
): (workload: string, container: string) => ContainerFilter {
  const policies = new Map(workloads.map(({ ID, Policies }) => [ID, Policies]));
  return (workload, container) => {
    const { text, matches } = parseTagPattern(
      policies.get(workload)?.[tagPolicyPrefix + container] || anyTag,
    );
    return { pattern: text, matches };
  };
}
