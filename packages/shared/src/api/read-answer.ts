import { errorMessage, errorTypes } from '../errors.ts';
import { AnswerError, authenticationError, DaemonError, RequestError } from './api-error.ts';
import type { ErrorBody } from './types.ts';

/** An HTTP answer as it came. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  /** The header `Content-Type`, empty without one. */
  readonly contentType: string;
  readonly body: string;
}

/** Statuses that Flux v1's client takes for success. */
const successes = [200, 201, 202, 204];

/**
 * The text of a successful answer's body.
 * @throws {DaemonError} with the daemon's own words, or about a missing token
 * @throws {AnswerError} `executing HTTP request: 502 Bad Gateway BODY`
 */
export function bodyOf(answer: Answer): string {
  if (successes.includes(answer.status)) return answer.body;
  if (answer.status === 401) throw authenticationError();
  const body = answer.contentType.startsWith('application/json') ? errorBody(answer.body) : undefined;
  if (body) throw new DaemonError(answer.status, body);
  const statusLine = `${answer.status} ${answer.statusText}`.trimEnd();
  throw new AnswerError(answer.status, `executing HTTP request: ${statusLine} ${answer.body}`);
}

/**
 * The JSON value of a successful answer.
 * @param whenEmpty - stands for an empty body; undefined where there must be one
 * @throws {RequestError} `decoding response from server: REASON`
 */
export function jsonOf(answer: Answer, whenEmpty?: unknown): unknown {
  const text = bodyOf(answer);
  if (text.trim() === '' && whenEmpty !== undefined) return whenEmpty;
  try {
    if (text.trim() === '') throw new Error('EOF');
    return JSON.parse(text);
  } catch (cause) {
    throw new RequestError(`decoding response from server: ${errorMessage(cause)}`, { cause });
  }
}

/** The structured error in a body, if it is one. */
function errorBody(text: string): ErrorBody | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return undefined;
    const { type, help, error } = json as Record<string, unknown>;
    if (typeof error !== 'string' || error === '') return undefined;
    return {
      type: errorTypes.find((known) => known === type) ?? 'server',
      help: typeof help === 'string' ? help : '',
      error,
    };
  } catch {
    return undefined;
  }
}
