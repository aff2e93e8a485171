import { UserError } from '@fluxctl/shared/errors';

const notAnAddress = 'Invalid registry auth url. Must be a valid http address (e.g. https://gcr.io/v1/)';

/**
 * The host, with its port, of a key in a docker config: people write `gcr.io`, `https://gcr.io/v1/` and
 * much between.
 * @throws {UserError} in Flux v1's words when there is none
 */
export function authHost(written: string): string {
  if (/^https?:\/\/$/.test(written)) throw new UserError('Empty registry auth url');
  if (written === '' || written.startsWith('/')) throw new UserError(notAnAddress);
  const afterScheme = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/i.exec(written)?.[1] ?? written;
  const authority = afterScheme.split(/[/?#]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (!/^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::\d+)?$/i.test(host)) {
    throw new UserError(`parse ${JSON.stringify(written)}: not the address of a registry`);
  }
  return host;
}
