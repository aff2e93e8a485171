/**
 * Which requests are meant: all that is given must be equal; a list means one of them; a function may decide by
 * itself. Of a `path` the start is given.
 */
export type Match<Request> =
  | ((request: Request) => boolean)
  | { readonly [key in keyof Request]?: Request[key] | readonly Request[key][] };

export function isMatch<Request extends object>(request: Request, match: Match<Request>): boolean {
  if (typeof match === 'function') return match(request);
  return Object.entries(match).every(([key, wanted]) => {
    const actual = request[key as keyof Request];
    if (key === 'path' && typeof actual === 'string' && typeof wanted === 'string')
      return actual.startsWith(wanted);
    return Array.isArray(wanted) ? wanted.includes(actual) : wanted === actual;
  });
}
