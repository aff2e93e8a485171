import { type Policies, tagPolicyPrefix } from '@fluxctl/shared/policy/policies';
import {
  holdPolicy,
  minAgePolicy,
  orderPolicy,
  type PolicyProblem,
  pinPolicy,
  policyProblem,
} from './container-policy.ts';

/** What each takes, and what holds while it has another value. */
const switches = [
  { policy: 'automated', values: ['true', 'false'], instead: 'it is not automated' },
  { policy: 'locked', values: ['true', 'false'], instead: 'it is not locked' },
  { policy: 'ignore', values: ['true', 'false', 'sync_only'], instead: 'it is not ignored' },
] as const;

/** Switches with a value that they do not have: as in Flux v1, these count as off. */
export function senselessSwitches(policies: Policies): PolicyProblem[] {
  return switches.flatMap(({ policy, values, instead }) => {
    const value = Object.hasOwn(policies, policy) ? policies[policy] : undefined;
    if (value === undefined || values.some((known) => known === value)) return [];
    return [policyProblem(policy, `${JSON.stringify(value)} is none of ${values.join(', ')}`, instead)];
  });
}

const perContainer = [
  tagPolicyPrefix,
  ...[orderPolicy, minAgePolicy, holdPolicy, pinPolicy].map((of) => of('')),
];

/** Policies of a container that the workload does not have: most often its name is misspelt. */
export function strayPolicies(policies: Policies, containers: readonly string[]): PolicyProblem[] {
  return Object.keys(policies).flatMap((policy) => {
    const prefix = perContainer.find((one) => policy.startsWith(one));
    const name = prefix === undefined ? undefined : policy.slice(prefix.length);
    if (name === undefined || containers.includes(name)) return [];
    const there = containers.length === 0 ? 'it has none' : `it has ${containers.join(', ')}`;
    return [policyProblem(policy, `the workload has no container ${JSON.stringify(name)}`, there)];
  });
}
