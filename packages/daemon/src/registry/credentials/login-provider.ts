import type { Login } from './logins.ts';

/** Gives logins for hosts of one kind: a cloud's registry, a docker config's helpers. */
export interface LoginProvider {
  /** Whether the host is one of its own. */
  serves(host: string): boolean;
  /**
   * @returns undefined when it has none for this host
   * @throws {FluxError} when it should have one, but cannot get it
   */
  login(host: string, signal: AbortSignal): Promise<Login | undefined>;
}
