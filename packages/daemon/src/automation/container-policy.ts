import { parseDuration } from '@fluxctl/shared/duration';
import { errorMessage } from '@fluxctl/shared/errors';
import { type Freeze, parseFreeze } from '@fluxctl/shared/policy/freeze';
import { type Policies, tagPolicyPrefix } from '@fluxctl/shared/policy/policies';
import { anyTag, parseTagPattern, type TagPattern } from '@fluxctl/shared/policy/tag-pattern';

/** By what the newest of the images is told. All but `created` look at what the pattern captures of the tag. */
const tagOrders = ['created', 'semver', 'numeric', 'alphabetical'] as const;
export type TagOrder = (typeof tagOrders)[number];

/** What a workload's annotations ask for one of its containers. */
export interface ContainerPolicy {
  readonly pattern: TagPattern;
  readonly order: TagOrder;
  /**
   * Whether an image that comes before the current one may be taken. `as v1`: it may when the current
   * one does not match or is gone, but not while it cannot be told which is older. `allowed`: then too.
   */
  readonly downgrade: 'as v1' | 'allowed' | 'forbidden';
  /** In milliseconds; 0 for none. */
  readonly minAgeMs: number;
  /** Tags that are not to be taken again. */
  readonly held: readonly string[];
  /** Whether the digest is to be written behind the tag, also where there is none yet. */
  readonly pin: boolean;
  /** Annotations that cannot be understood, and what is done instead. */
  readonly problems: readonly PolicyProblem[];
}

export interface PolicyProblem {
  /** `tag.app`, `min-age.app`, `freeze` … */
  readonly policy: string;
  /** What is wrong with the value. */
  readonly fault: string;
  /** That, and what is done instead. */
  readonly message: string;
}

export const orderPolicy = (container: string): string => `order.${container}`;
export const minAgePolicy = (container: string): string => `min-age.${container}`;
export const holdPolicy = (container: string): string => `hold.${container}`;
export const pinPolicy = (container: string): string => `pin.${container}`;
export const allowDowngradePolicy = 'allow-downgrade';
export const rollbackPolicy = 'rollback';
export const freezePolicy = 'freeze';

/** The policy of one container. What makes no sense is told, and never loosens what holds without it. */
export function readContainerPolicy(policies: Policies, container: string): ContainerPolicy {
  const problems: PolicyProblem[] = [];
  const complain: Complain = (...words) => problems.push(policyProblem(...words));
  const tagPolicy = tagPolicyPrefix + container;
  const pattern = parseTagPattern(policyValue(policies, tagPolicy) ?? anyTag);
  if (pattern.problem !== undefined) complain(tagPolicy, pattern.problem, 'no tag counts as matching');
  const rollback = readRollback(policies);
  if (rollback.problem) problems.push(rollback.problem);
  return {
    pattern,
    order: readOrder(policies, container, pattern, complain),
    downgrade: readDowngrade(policies, complain),
    minAgeMs: readMinAge(policies, container, complain),
    held: (policyValue(policies, holdPolicy(container)) ?? '')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    pin: readPin(policies, container, complain),
    problems,
  };
}

/**
 * For a release by hand: it takes the newest image that the pattern lets through, as somebody wants it
 * now. Holds, ages and directions are for what the daemon does by itself.
 */
export function asAskedFor(policy: ContainerPolicy): ContainerPolicy {
  return { ...policy, downgrade: 'allowed', minAgeMs: 0, held: [] };
}

/** The workload's own freeze; a text that cannot be read freezes for good, and is told. */
export function readFreeze(policies: Policies): Freeze | PolicyProblem | undefined {
  const text = policyValue(policies, freezePolicy);
  if (text === undefined) return undefined;
  try {
    return parseFreeze(text);
  } catch (error) {
    return policyProblem(freezePolicy, errorMessage(error), 'nothing is updated until it can be read');
  }
}

/** Whether a failed rollout of the workload is to be answered by a commit that brings the images before back. */
export function readRollback(policies: Policies): {
  readonly wanted: boolean;
  readonly problem?: PolicyProblem;
} {
  const value = policyValue(policies, rollbackPolicy);
  if (value === undefined || value === 'true' || value === 'false') return { wanted: value === 'true' };
  const fault = `${JSON.stringify(value)} is neither true nor false`;
  return { wanted: false, problem: policyProblem(rollbackPolicy, fault, 'nothing is rolled back') };
}

/** @param instead - what is done as long as nobody corrects it */
export function policyProblem(policy: string, fault: string, instead: string): PolicyProblem {
  return { policy, fault, message: `${fault}; ${instead}` };
}

type Complain = (...words: Parameters<typeof policyProblem>) => void;

function readOrder(policies: Policies, container: string, pattern: TagPattern, complain: Complain): TagOrder {
  const usual = usualOrder(pattern);
  const value = policyValue(policies, orderPolicy(container));
  if (value === undefined) return usual;
  const order = tagOrders.find((known) => known === value);
  if (!order) {
    const fault = `${JSON.stringify(value)} is none of ${tagOrders.join(', ')}`;
    complain(orderPolicy(container), fault, `the order is ${usual}`);
  }
  return order ?? usual;
}

/** Where no annotation says otherwise, as in Flux v1. */
export function usualOrder(pattern: TagPattern): TagOrder {
  return pattern.kind === 'semver' ? 'semver' : 'created';
}

function readDowngrade(policies: Policies, complain: Complain): ContainerPolicy['downgrade'] {
  const value = policyValue(policies, allowDowngradePolicy);
  if (value === undefined) return 'as v1';
  if (value === 'true') return 'allowed';
  if (value !== 'false') {
    complain(
      allowDowngradePolicy,
      `${JSON.stringify(value)} is neither true nor false`,
      'no downgrade is made',
    );
  }
  return 'forbidden';
}

function readMinAge(policies: Policies, container: string, complain: Complain): number {
  const value = policyValue(policies, minAgePolicy(container));
  if (value === undefined) return 0;
  try {
    return Math.max(0, parseDuration(value));
  } catch (error) {
    complain(minAgePolicy(container), errorMessage(error), 'no image is old enough');
    return Number.POSITIVE_INFINITY;
  }
}

function readPin(policies: Policies, container: string, complain: Complain): boolean {
  const value = policyValue(policies, pinPolicy(container));
  if (value !== undefined && value !== 'digest') {
    complain(pinPolicy(container), `${JSON.stringify(value)} is not digest`, 'no digest is added');
  }
  return value === 'digest';
}

function policyValue(policies: Policies, policy: string): string | undefined {
  return Object.hasOwn(policies, policy) ? policies[policy] : undefined;
}
