import type { ErrorBody } from '@fluxctl/shared/api/types';
import {
  type ErrorOptions,
  type ErrorType,
  FluxError,
  MissingError,
  UserError,
} from '@fluxctl/shared/errors';

/** An error with a status of its own, where its type alone would give another. */
export class HttpError extends FluxError {
  readonly type: ErrorType;
  readonly status: number;

  constructor(status: number, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.type = status === 404 || status === 410 ? 'missing' : 'user';
    this.status = status;
  }
}

/** The request cannot be read. */
export function badRequest(message: string): HttpError {
  return new HttpError(400, message);
}

/** @param path - below the API's prefix, as asked for */
export function endpointNotFound(path: string): HttpError {
  return new HttpError(404, 'API endpoint not found', {
    help: `The API has no such endpoint. Is fluxctl as new as the daemon, and is the address right?\n\n    ${path}\n`,
  });
}

export function endpointDeprecated(path: string): HttpError {
  return new HttpError(410, 'API endpoint deprecated', {
    help: `This version of the API was retired long ago; please use a newer fluxctl.\n\n    ${path}\n`,
  });
}

export interface HttpFailure {
  readonly status: number;
  readonly body: ErrorBody;
  /** What a person reads who asked for text. */
  readonly text: string;
}

/**
 * What an error is on the wire. An error of ours at the bottom of a chain of causes is told itself; any
 * other is the asker's fault, as in Flux v1, whose clients show `help`.
 */
export function toFailure(error: unknown): HttpFailure {
  const flux = fluxErrorIn(error);
  if (flux) {
    const help = flux.help || withoutHelp(flux.message);
    return {
      status: statusOf(flux),
      body: { type: flux.type, help, error: flux.message },
      text: flux.help || flux.message,
    };
  }
  const message = messageChain(error);
  return { status: 422, body: { type: 'user', help: withoutHelp(message), error: message }, text: message };
}

function statusOf(error: FluxError): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof MissingError) return 404;
  return error instanceof UserError || error.type === 'user' ? 422 : 500;
}

function fluxErrorIn(error: unknown): FluxError | undefined {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof FluxError) return one;
  return undefined;
}

function messageChain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${messageChain(error.cause)}` : error.message;
}

function withoutHelp(message: string): string {
  return `Error: ${message}

There is no specific advice for this error. If it does not explain itself, and the daemon's log does not
either, please report it with both.
`;
}
