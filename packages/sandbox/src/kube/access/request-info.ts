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

/** Which requests a rule is about: all that are given must be equal; a function may decide by itself. */
export type RequestMatch =
  | ((request: RequestInfo) => boolean)
  | {
      readonly verb?: string | readonly string[];
      readonly method?: string | readonly string[];
      readonly group?: string;
      readonly resource?: string | readonly string[];
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
      readonly user?: string;
      /** Start of the path. */
      readonly path?: string;
    };

export function matches(request: RequestInfo, match: RequestMatch): boolean {
  if (typeof match === 'function') return match(request);
  const { path, ...equal } = match;
  if (path !== undefined && !request.path.startsWith(path)) return false;
  return Object.entries(equal).every(([key, wanted]) => {
    const actual = request[key as keyof RequestInfo];
    return Array.isArray(wanted) ? wanted.includes(actual) : wanted === undefined || wanted === actual;
  });
}

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
