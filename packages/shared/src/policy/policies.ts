/**
 * Policies: what people ask of the daemon for one workload, written as annotations. Name to value, as
 * `automated: "true"` or `tag.app: "semver:~1.2"`.
 */
export type Policies = Readonly<Record<string, string>>;

/** The prefix of new annotations. */
export const policyPrefix = 'fluxcd.io/';
/** The prefix before Flux 1.13; read, and kept where a file has it. */
export const legacyPolicyPrefix = 'flux.weave.works/';
/** `filter.fluxcd.io/C` means the policy `tag.C`. */
export const tagFilterPrefix = 'filter.fluxcd.io/';
/** A policy of one container: `tag.app` filters the tags of container `app`. */
export const tagPolicyPrefix = 'tag.';

/** The keys under which a policy may be written, the one that counts first. */
export function policyAnnotations(policy: string): readonly string[] {
  const keys = [policyPrefix + policy, legacyPolicyPrefix + policy];
  if (policy.startsWith(tagPolicyPrefix)) keys.push(tagFilterPrefix + policy.slice(tagPolicyPrefix.length));
  return keys;
}

/** The policy that an annotation's key stands for; undefined for the annotations of others. */
export function policyOfAnnotation(key: string): string | undefined {
  if (key.startsWith(policyPrefix)) return key.slice(policyPrefix.length);
  if (key.startsWith(legacyPolicyPrefix)) return key.slice(legacyPolicyPrefix.length);
  if (key.startsWith(tagFilterPrefix)) return tagPolicyPrefix + key.slice(tagFilterPrefix.length);
  return undefined;
}

/**
 * The policies among an object's annotations. Where two annotations stand for one policy, the one that
 * an update would write counts (Flux v1 took either, by chance).
 */
export function readPolicies(annotations: Iterable<readonly [key: string, value: string]>): Policies {
  let found: Map<string, readonly [key: string, value: string]> | undefined;
  for (const annotation of annotations) {
    const [key] = annotation;
    const policy = policyOfAnnotation(key);
    if (policy === undefined) continue;
    found ??= new Map();
    const other = found.get(policy);
    const keys = other && policyAnnotations(policy);
    if (!other || !keys || keys.indexOf(key) < keys.indexOf(other[0])) found.set(policy, annotation);
  }
  if (found === undefined) return noPolicies;
  // fromEntries makes own properties of all keys, `__proto__` too
  return Object.fromEntries([...found].map(([policy, [, value]]) => [policy, value]));
}

const noPolicies: Policies = Object.freeze({});

/** `automated`, `locked` … count only when they are exactly `true`. */
export function isSet(policies: Policies, policy: 'automated' | 'locked' | 'ignore'): boolean {
  return Object.hasOwn(policies, policy) && policies[policy] === 'true';
}

/**
 * What an `ignore` annotation, in git or in the cluster, asks for: `all` keeps the object from being
 * applied, collected and automated, `collection` only from being collected.
 */
export type Ignore = 'all' | 'collection' | 'nothing';

/** @param value - of the policy `ignore`; undefined when there is none */
export function readIgnore(value: string | undefined): Ignore {
  if (value === 'true') return 'all';
  return value === 'sync_only' ? 'collection' : 'nothing';
}
