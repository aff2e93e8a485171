import { UserError } from '../errors.ts';

/**
 * Identity of an object as Flux v1 writes it: `namespace:kind/name`, kind in lower case, namespace
 * `<cluster>` for cluster-scoped objects. The API group is not part of it.
 */
export type ResourceId = string & { readonly brand: 'ResourceId' };

export interface ResourceIdParts {
  /** `<cluster>` for cluster-scoped objects. */
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

export const clusterScope = '<cluster>';

const full = /^(<cluster>|[a-zA-Z0-9_-]+):([a-zA-Z0-9_-]+)\/([a-zA-Z0-9_.:-]+)$/;
const legacy = /^([a-zA-Z0-9_-]+)\/([a-zA-Z0-9_-]+)$/;
const unqualified = /^([a-zA-Z0-9_-]+)\/([a-zA-Z0-9_.:-]+)$/;

/** The id of an object; not validated, as objects name themselves. */
export function resourceId(namespace: string | undefined, kind: string, name: string): ResourceId {
  return `${namespace || clusterScope}:${kind.toLowerCase()}/${name}` as ResourceId;
}

/**
 * Reads `ns:kind/name`, or the legacy `ns/name`, which stays as it is written.
 * @throws {UserError} `parsing TEXT: invalid service ID`
 */
export function parseResourceId(text: string): ResourceId {
  const match = full.exec(text);
  if (match) return resourceId(match[1], match[2] ?? '', match[3] ?? '');
  if (legacy.test(text)) return text as ResourceId;
  throw new UserError(`parsing ${text}: invalid service ID`);
}

/**
 * Reads `ns:kind/name`, or `kind/name` in the namespace given.
 * @throws {UserError} `parsing TEXT: invalid service ID`
 */
export function parseResourceIdWithDefault(defaultNamespace: string, text: string): ResourceId {
  const match = full.exec(text);
  if (match) return resourceId(match[1], match[2] ?? '', match[3] ?? '');
  const short = unqualified.exec(text);
  if (short) return resourceId(defaultNamespace, short[1] ?? '', short[2] ?? '');
  throw new UserError(`parsing ${text}: invalid service ID`);
}

/** The parts of an id; a legacy `ns/name` reads as kind `service`. */
export function resourceIdParts(id: ResourceId): ResourceIdParts {
  const match = full.exec(id);
  if (match) return { namespace: match[1] ?? '', kind: match[2] ?? '', name: match[3] ?? '' };
  const slash = id.indexOf('/');
  return { namespace: id.slice(0, slash), kind: 'service', name: id.slice(slash + 1) };
}
