/** What a path asks for. */
export type Route =
  | { readonly kind: 'ping' | 'catalog' | 'other' }
  | { readonly kind: 'token' }
  | { readonly kind: 'tags'; readonly repository: string }
  /** `reference` is a tag or a digest. */
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly reference: string }
  /** Without `reference`: a new one. */
  | { readonly kind: 'upload'; readonly repository: string; readonly reference?: string };

export type RequestKind = Route['kind'] | 'storage';

export const tokenPath = '/token';

const namePart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryName = new RegExp(`^${namePart}(?:/${namePart})*$`);
const tagName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

export function isRepositoryName(text: string): boolean {
  return text.length <= 255 && repositoryName.test(text);
}

export function isTag(text: string): boolean {
  return tagName.test(text);
}

/** @param path - as it came, without the query */
export function parseRoute(path: string): Route {
  if (path === '/v2' || path === '/v2/') return { kind: 'ping' };
  if (path === tokenPath) return { kind: 'token' };
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  // A repository may itself be called `x/manifests/y`, so the last match counts: the name is greedy.
  const [, repository = '', what, reference = ''] =
    /^\/v2\/(.+)\/(tags|manifests|blobs\/uploads|blobs)(?:\/([^/]*))?$/.exec(path) ?? [];
  const decoded = decode(reference);
  if (decoded === undefined) return { kind: 'other' };
  switch (what) {
    case 'tags':
      return reference === 'list' ? { kind: 'tags', repository } : { kind: 'other' };
    case 'manifests':
      return { kind: 'manifest', repository, reference: decoded };
    case 'blobs':
      return { kind: 'blob', repository, reference: decoded };
    case 'blobs/uploads':
      return { kind: 'upload', repository, ...(reference && { reference }) };
    default:
      return { kind: 'other' };
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a stray percent sign
  }
}
