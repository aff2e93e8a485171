import type { Match } from '../../http/match.ts';
import type { ResourcePath } from '../http/kube-path.ts';

/** What a request asks for, in the words of RBAC. */
export interface RequestInfo {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; lower-case method elsewhere. */
  readonly verb: string;
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly path: string;
  readonly user: string;
  /** Empty for the core group and for what is no resource. */
  readonly group: string;
  /** Plural; undefined for discovery, version, health. */
  readonly resource: string | undefined;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** Which requests a rule is about. */
export type RequestMatch = Match<RequestInfo>;

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): string {
  if (method === 'GET' || method === 'HEAD') {
    const watch = query.get('watch');
    if (watch === 'true' || watch === '1') return 'watch';
    return path.name === undefined ? 'list' : 'get';
  }
  if (method === 'DELETE') return path.name === undefined ? 'deletecollection' : 'delete';
  return verbs[method] ?? method.toLowerCase();
}
