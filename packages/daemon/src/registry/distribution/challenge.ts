/** How a host wants to be asked. */
export type Challenge =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string };

/**
 * Reads `WWW-Authenticate`; of several challenges a bearer's is preferred.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate
 */
export function parseChallenge(header: string | undefined): Challenge {
  if (header === undefined) return { scheme: 'none' };
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(header)?.[1];
  if (bearer !== undefined) {
    const parameters = new Map<string, string>();
    for (const match of bearer.matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
      const [, name = '', quoted, plain] = match;
      const value = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
      if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
    }
    const realm = parameters.get('realm');
    if (realm !== undefined && URL.canParse(realm)) {
      return { scheme: 'bearer', realm, service: parameters.get('service') ?? '' };
    }
  }
  return /(?:^|,)\s*basic\b/i.test(header) ? { scheme: 'basic' } : { scheme: 'none' };
}
