import { RegistryError } from './registry-error.ts';

/** What a request is answered with; how it goes over the wire is the server's business. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const nothing = Buffer.alloc(0);

export function emptyAnswer(status: number, headers: Answer['headers'] = {}): Answer {
  return { status, headers, body: nothing };
}

export function jsonAnswer(value: unknown, headers: Answer['headers'] = {}): Answer {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body };
}

export function errorAnswer(failure: unknown): Answer {
  const error =
    failure instanceof RegistryError ? failure : new RegistryError('UNKNOWN', { message: String(failure) });
  const headers = { 'content-type': 'application/json', ...error.headers };
  return { status: error.status, headers, body: error.body };
}
