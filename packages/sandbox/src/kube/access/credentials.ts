import { ApiError } from '../api-error.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** Bearer tokens and whom they stand for. */
export class Credentials {
  readonly #users = new Map<string, User>();

  set(token: string, user: User): void {
    this.#users.set(token, user);
  }

  revoke(token: string): void {
    this.#users.delete(token);
  }

  /**
   * @param authorization - the header
   * @throws {ApiError} 401
   */
  userOf(authorization: string | undefined): User {
    const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
    const user = token === undefined ? undefined : this.#users.get(token);
    if (user === undefined) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    return user;
  }
}
