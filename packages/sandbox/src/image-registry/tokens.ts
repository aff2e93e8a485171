import { randomBytes } from 'node:crypto';

export type Action = 'pull' | 'push' | 'delete';

/** What a token lets its bearer do: `repository:team/app:pull,push`. */
export interface Grant {
  readonly repository: string;
  readonly actions: readonly Action[];
}

export interface Token {
  readonly user: string | undefined;
  readonly grants: readonly Grant[];
  /** Milliseconds since 1970. */
  readonly expires: number;
}

const actions: readonly string[] = ['pull', 'push', 'delete'] satisfies readonly Action[];

/** @param scopes - each may hold several, with spaces between; what is no repository is passed over */
export function parseScopes(scopes: readonly string[]): readonly Grant[] {
  return scopes
    .flatMap((scope) => scope.split(' '))
    .map((scope) => /^repository(?:\([^)]*\))?:(.+):([a-z,*]+)$/.exec(scope))
    .filter((match) => match !== null)
    .map(([, repository = '', wanted = '']) => ({
      repository,
      actions: wanted.split(',').filter((action): action is Action => actions.includes(action)),
    }));
}

/** Tokens that were given out, which say nothing by themselves. */
export class Tokens {
  readonly #known = new Map<string, Token>();
  /** Long-lived ones, with which a client gets others: users by token. */
  readonly #refresh = new Map<string, string>();

  issue(token: Token): string {
    const text = randomBytes(24).toString('base64url');
    this.#known.set(text, token);
    return text;
  }

  /** @returns undefined for one that is unknown or has expired */
  find(text: string, now: number): Token | undefined {
    const token = this.#known.get(text);
    return token && token.expires > now ? token : undefined;
  }

  forget(text: string): void {
    this.#known.delete(text);
  }

  /** As if all had expired. */
  forgetAll(): void {
    this.#known.clear();
  }

  issueRefresh(user: string): string {
    const text = randomBytes(24).toString('base64url');
    this.#refresh.set(text, user);
    return text;
  }

  userOfRefresh(text: string): string | undefined {
    return this.#refresh.get(text);
  }
}
