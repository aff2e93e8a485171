import { UserError } from '@fluxctl/shared/errors';
import { type Policies, policyAnnotations, tagPolicyPrefix } from '@fluxctl/shared/policy/policies';
import { anyTag, parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { parseResourceId, type ResourceId } from '@fluxctl/shared/resource/resource-id';
import { member } from '@fluxctl/shared/updates/update-spec';
import { holdPolicy, readContainerPolicy, readFreeze } from '../automation/container-policy.ts';
import { senselessSwitches } from '../automation/workload-problems.ts';
import type { AnnotationChanges } from '../manifests/edit/edit-annotations.ts';
import type { WorkloadChange } from './calculation.ts';

/** What is to become of the policies of one workload. */
export interface PolicyChange {
  readonly add: Policies;
  /** A policy that is both added and removed is removed. */
  readonly remove: readonly string[];
}

/** In updates only: stands for `tag.<container>` of each container. */
export const tagAllPolicy = 'tag_all';

/** Reads the spec of an update of type `policy`. @throws {UserError} */
export function decodePolicySpec(spec: unknown): ReadonlyMap<ResourceId, PolicyChange> {
  if (spec === undefined || spec === null) return new Map();
  if (typeof spec !== 'object' || Array.isArray(spec)) throw new UserError('"spec" must be an object');
  return new Map(
    Object.entries(spec).map(([id, update]: [string, unknown]) => {
      const json = typeof update === 'object' && update !== null ? update : {};
      const add = decodePolicies(member(json, 'add'));
      return [parseResourceId(id), { add, remove: Object.keys(decodePolicies(member(json, 'remove'))) }];
    }),
  );
}

/** An object of texts, or a list of names, each of which means `true`. */
function decodePolicies(json: unknown): Policies {
  if (json === undefined || json === null) return {};
  if (typeof json !== 'object') throw new UserError('policies must be an object or a list');
  const entries: [string, unknown][] = Array.isArray(json)
    ? json.map((name: unknown) => [String(name), 'true'])
    : Object.entries(json);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (typeof value !== 'string') throw new UserError(`the value of policy ${name} must be a string`);
      return [name, value];
    }),
  );
}

/**
 * The annotations to set and to take away in a workload's manifest: under the key that is there already,
 * else under `fluxcd.io/`. A policy that is removed goes under all its keys.
 * @param containers - their names; undefined for an object that is no workload
 * @param keys - of the annotations that the manifest has
 * @throws {UserError} `invalid tag pattern: "…"`, `resource … does not have containers`
 */
export function annotationChanges(
  id: ResourceId,
  change: PolicyChange,
  containers: readonly string[] | undefined,
  keys: ReadonlySet<string>,
): AnnotationChanges {
  if (!containers) throw new UserError(`resource ${id} does not have containers`);
  const annotations = new Map<string, string | undefined>();
  for (const [policy, value] of [...wantedPolicies(change, containers)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    const possible = policyAnnotations(policy);
    const present = possible.filter((key) => keys.has(key));
    if (value === undefined) {
      for (const key of present) annotations.set(key, undefined);
    } else {
      checkPolicy(policy, value);
      annotations.set(present[0] ?? (possible[0] as string), value);
    }
  }
  return annotations;
}

export function changesNothing({ add, remove }: PolicyChange): boolean {
  return Object.keys(add).length === 0 && remove.length === 0;
}

/** Every policy that changes; undefined for those that go. */
function wantedPolicies(
  { add, remove }: PolicyChange,
  containers: readonly string[],
): Map<string, string | undefined> {
  const wanted = new Map<string, string | undefined>(Object.entries(add));
  const forAll = wanted.get(tagAllPolicy);
  if (forAll) {
    for (const name of containers) wanted.set(tagPolicyPrefix + name, forAll === anyTag ? undefined : forAll);
  }
  for (const policy of remove) wanted.set(policy, undefined);
  for (const [policy, value] of wanted) if (value === '') wanted.set(policy, undefined);
  wanted.delete(tagAllPolicy);
  return wanted;
}

/** Nonsense is refused before it reaches git. */
function checkPolicy(policy: string, value: string): void {
  if (policy.startsWith(tagPolicyPrefix)) {
    if (parseTagPattern(value).problem === undefined) return;
    throw new UserError(`invalid tag pattern: ${JSON.stringify(value)}`);
  }
  const policies = { [policy]: value };
  const freeze = readFreeze(policies);
  const container = policy.slice(policy.indexOf('.') + 1);
  const problems = [
    ...(freeze && 'message' in freeze ? [freeze] : []),
    ...readContainerPolicy(policies, container).problems,
    ...senselessSwitches(policies),
  ];
  const problem = problems.find((one) => one.policy === policy);
  if (problem) throw new UserError(`invalid policy ${policy}: ${problem.fault}`);
}

/**
 * The holds of a workload after a release: those that a release by hand overrides are taken off, other tags
 * stay held, and new ones come behind them.
 * @param holds - a tag to be held, by container
 */
export function changeHolds(
  { containers }: WorkloadChange,
  policies: Policies,
  holds: ReadonlyMap<string, string> = new Map(),
): PolicyChange {
  const add: Record<string, string> = {};
  const remove: string[] = [];
  const lifted = new Map(containers.map(({ container, to, liftsHold }) => [container, liftsHold && to.tag]));
  for (const container of new Set([...lifted.keys(), ...holds.keys()])) {
    const { held } = readContainerPolicy(policies, container);
    const wanted = holds.get(container);
    const left = held.filter((tag) => tag !== lifted.get(container) && tag !== wanted);
    const next = wanted === undefined ? left : [...left, wanted];
    if (next.join() === held.join()) continue;
    if (next.length === 0) remove.push(holdPolicy(container));
    else add[holdPolicy(container)] = next.join(',');
  }
  return { add, remove };
}
