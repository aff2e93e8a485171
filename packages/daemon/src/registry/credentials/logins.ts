import { authHost } from './auth-host.ts';

/** Stands for the user where there is an identity token, in docker's configs and its credential helpers. */
export const identityTokenUser = '<token>';

/** A user and a password for one host; the password cannot print itself. */
export class Login {
  readonly user: string;
  /** Where it comes from, for people: a file, `namespace:secret/name`. */
  readonly origin: string;
  readonly #password: string;

  constructor(user: string, password: string, origin: string) {
    this.user = user;
    this.#password = password;
    this.origin = origin;
  }

  /** Not a password but something to get tokens with, as docker marks it: by this name. */
  get isIdentityToken(): boolean {
    return this.user === identityTokenUser;
  }

  reveal(): string {
    return this.#password;
  }

  toJSON(): string {
    return '[secret]';
  }
}

/** Logins by host; immutable. */
export class Logins {
  readonly #byHost: ReadonlyMap<string, Login>;

  constructor(byHost: ReadonlyMap<string, Login> = new Map()) {
    this.#byHost = byHost;
  }

  /**
   * @param host - canonical, as `index.docker.io`; an entry for `docker.io` or for Docker Hub's
   *   `registry-1.docker.io` serves it too
   */
  of(host: string): Login | undefined {
    const exact = this.#byHost.get(host);
    if (exact || host !== 'index.docker.io') return exact;
    return this.#byHost.get('docker.io') ?? this.#byHost.get('registry-1.docker.io');
  }

  hosts(): string[] {
    return [...this.#byHost.keys()];
  }

  /** Both; for a host in both the other one's counts. */
  merge(stronger: Logins): Logins {
    if (this.#byHost.size === 0) return stronger;
    if (stronger.#byHost.size === 0) return this;
    return new Logins(new Map([...this.#byHost, ...stronger.#byHost]));
  }

  /** As Flux v1 prints them: `{<registry creds for user@host, from origin>}`. */
  toString(): string {
    const entries = [...this.#byHost].map(
      ([host, { user, origin }]) => `<registry creds for ${user}@${host}, from ${origin}>`,
    );
    return `{${entries.join(', ')}}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** One login for a host as somebody wrote it, `https://index.docker.io/v1/`. */
export function loginFor(writtenHost: string, login: Login): Logins {
  return new Logins(new Map([[authHost(writtenHost), login]]));
}
