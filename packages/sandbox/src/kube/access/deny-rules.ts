import { isMatch } from '../../http/match.ts';
import { ApiError, groupResource } from '../api-error.ts';
import type { RequestInfo, RequestMatch } from './request-info.ts';

/** What is forbidden; everything else is allowed. */
export class DenyRules {
  readonly #rules = new Set<RequestMatch>();

  /** @returns allows it again */
  deny(match: RequestMatch): () => void {
    this.#rules.add(match);
    return () => this.#rules.delete(match);
  }

  allows(request: RequestInfo): boolean {
    return ![...this.#rules].some((rule) => isMatch(request, rule));
  }

  /** @throws {ApiError} 403 in RBAC's words */
  check(request: RequestInfo): void {
    if (!this.allows(request)) throw refusal(request);
  }
}

function refusal({ user, verb, group, resource, subresource, namespace, name, path }: RequestInfo): ApiError {
  if (resource === undefined) {
    const text = `forbidden: User ${JSON.stringify(user)} cannot ${verb} path ${JSON.stringify(path)}`;
    return new ApiError(403, 'Forbidden', text, {});
  }
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const place =
    namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const why =
    `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(full)} ` +
    `in API group ${JSON.stringify(group)} ${place}`;
  const what = groupResource({ plural: resource, group });
  const named = name === undefined ? what : `${what} ${JSON.stringify(name)}`;
  return new ApiError(403, 'Forbidden', `${named} is forbidden: ${why}`, {
    ...(name !== undefined && { name }),
    ...(group !== '' && { group }),
    kind: resource,
  });
}
