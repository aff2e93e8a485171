import { apiVersionOf } from '../registry/kind.ts';

/** What a path under `/api` or `/apis` names. */
export interface ResourcePath {
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** Behind the subresource, for `proxy`. */
  readonly rest: string;
}

export type KubePath =
  | { readonly type: 'resource'; readonly resource: ResourcePath }
  /** `/api`, `/apis`, `/apis/apps`, `/apis/apps/v1` … */
  | { readonly type: 'discovery'; readonly parts: readonly string[] }
  | { readonly type: 'other' };

/** Reads a path without its query; parts are percent-decoded. */
export function parseKubePath(pathname: string): KubePath {
  const parts = pathname.split('/').filter(Boolean).map(decodePart);
  const root = parts[0];
  if (root !== 'api' && root !== 'apis') return { type: 'other' };
  const prefix = root === 'api' ? 2 : 3;
  const [version = '', group = ''] = root === 'api' ? [parts[1]] : [parts[2], parts[1]];
  if (parts.length <= prefix) return { type: 'discovery', parts };
  let rest = parts.slice(prefix);
  let namespace: string | undefined;
  // `namespaces/x` and its subresources are the namespace itself; anything else is a kind inside it.
  const ownSubresource = rest[2] === 'status' || rest[2] === 'finalize';
  if (rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && ownSubresource)) {
    namespace = rest[1];
    rest = rest.slice(2);
  }
  const [plural = '', name, subresource, ...more] = rest;
  return {
    type: 'resource',
    resource: {
      apiVersion: apiVersionOf(group, version),
      namespace,
      plural,
      name,
      subresource,
      rest: more.join('/'),
    },
  };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
