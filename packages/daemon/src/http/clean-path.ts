import { apiPrefix } from '@fluxctl/shared/api/routes';

/**
 * Where a request is sent on to when its path is not clean (`//`, `.`, `..`), or names the API without
 * its slash, as Go's router does; undefined when the path may stay.
 * @param url - path and query as requested
 */
export function redirectFor(url: string): string | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark);
  const clean = path === apiPrefix ? `${apiPrefix}/` : cleanPath(path);
  return clean === path ? undefined : `${clean}${query}`;
}

function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  const clean = `/${kept.join('/')}`;
  const endsOpen = path.endsWith('/') && clean !== '/';
  return endsOpen ? `${clean}/` : clean;
}
