import type { LoginProvider } from './login-provider.ts';
import type { Login, Logins } from './logins.ts';

/** Where logins come from, but for the pull secrets of each image. */
export interface LoginSources {
  /** Stands below the pull secrets: `--docker-config`. */
  readonly defaults: readonly LoginProvider[];
  /** Asked between the two: ECR's tokens count more than a file, less than a secret. */
  readonly ecr: LoginProvider | undefined;
  /** Asked when nobody else has a login. */
  readonly clouds: readonly LoginProvider[];
}

/**
 * The login for a host, in Flux v1's order: pull secrets, ECR, the docker config, then the cloud that the
 * host belongs to.
 * @returns undefined: nobody knows one, so it is tried without
 */
export async function findLogin(
  host: string,
  pullSecrets: Logins,
  { defaults, ecr, clouds }: LoginSources,
  signal: AbortSignal,
): Promise<Login | undefined> {
  const own = pullSecrets.of(host);
  if (own) return own;
  for (const provider of [...(ecr ? [ecr] : []), ...defaults, ...clouds]) {
    const login = provider.serves(host) ? await provider.login(host, signal) : undefined;
    if (login) return login;
  }
  return undefined;
}
