import { type ErrorType, FluxError } from '../errors.ts';
import type { ErrorBody } from './types.ts';

/** The daemon refused, and says in `help` what can be done about it. */
export class DaemonError extends FluxError {
  readonly type: ErrorType;
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, body: ErrorBody) {
    super(body.error ?? '', { help: body.help });
    this.type = body.type;
    this.status = status;
  }
}

/** There was an answer, but not one that the daemon gives of its own: a proxy, another program, a crash. */
export class AnswerError extends FluxError {
  readonly type = 'server';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** There was no answer, or one that cannot be read. */
export class RequestError extends FluxError {
  readonly type = 'server';
}

const authenticationHelp = `The request failed authentication

The daemon, or a proxy in front of it, did not take the token of this request, or there was none.
Loopback callers, such as the port-forward that fluxctl makes, need no token unless the daemon runs
with --api-trust=none. Everybody else gives one of the tokens in the daemon's --api-token-file, either
as FLUX_SERVICE_TOKEN in the environment or with

    fluxctl --token=TOKEN
`;

/** For an answer of 401, whatever its body says. */
export function authenticationError(): DaemonError {
  return new DaemonError(401, {
    type: 'user',
    help: authenticationHelp,
    error: 'request failed authentication',
  });
}
