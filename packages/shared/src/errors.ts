/** Who can mend it: `missing` and `user` the person who asks, `server` whoever runs the daemon. */
export const errorTypes = ['missing', 'user', 'server'] as const;
export type ErrorType = (typeof errorTypes)[number];

export interface ErrorOptions {
  /** What to do about it, for people; may have several lines. */
  readonly help?: string;
  readonly cause?: unknown;
}

/**
 * An error that says who can mend it and how. `message` is for developers and logs, `help` for the
 * person at the terminal. Neither may hold a secret.
 */
export abstract class FluxError extends Error {
  abstract readonly type: ErrorType;
  readonly help: string;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.help = options.help ?? '';
  }
}

/** What was asked for does not exist. */
export class MissingError extends FluxError {
  readonly type = 'missing';
}

/** The request, the configuration or the repository is at fault. */
export class UserError extends FluxError {
  readonly type = 'user';
}

/** The daemon or something it depends on is at fault. */
export class ServerError extends FluxError {
  readonly type = 'server';
}

/** The text of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
