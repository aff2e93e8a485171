import { ServerError } from '@fluxctl/shared/errors';
import { fetchJson, type HttpPorts } from './fetch-json.ts';
import type { LoginProvider } from './login-provider.ts';
import { Login } from './logins.ts';

/** Hosts of Google's Container Registry and Artifact Registry. */
export function isGoogleHost(host: string): boolean {
  return host === 'gcr.io' || host.endsWith('.gcr.io') || host.endsWith('-docker.pkg.dev');
}

/** Where a machine or a pod of Google's cloud asks for tokens. */
export const googleMetadata = 'http://metadata.google.internal';

/**
 * Logs in with the token of the default service account, kept until shortly before it expires.
 * @param metadata - origin of the metadata server
 */
export function createGoogleProvider(ports: HttpPorts, metadata = googleMetadata): LoginProvider {
  let known: { readonly login: Login; readonly until: number } | undefined;
  return {
    serves: isGoogleHost,
    async login(_host, signal) {
      if (known && ports.now() < known.until) return known.login;
      const url = `${metadata}/computeMetadata/v1/instance/service-accounts/default/token`;
      const answer = await fetchJson(ports, url, { headers: { 'metadata-flavor': 'Google' } }, signal);
      const { access_token: token, expires_in: seconds } = answer as Record<string, unknown>;
      if (typeof token !== 'string' || token === '') {
        throw new ServerError("Google's metadata server gave no token for the default service account");
      }
      const life = typeof seconds === 'number' ? Math.max(0, seconds - 60) * 1000 : 0;
      known = {
        login: new Login('oauth2accesstoken', token, 'the metadata server'),
        until: ports.now() + life,
      };
      return known.login;
    },
  };
}
