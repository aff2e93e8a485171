import { type Dispatcher, request } from 'undici';
import { connectionError, RegistryAnswerError } from './registry-error.ts';

export interface Answer {
  readonly status: number;
  /** The first value of each. */
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

export interface Question {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  /** Names in lower case; `authorization` goes to this origin only. */
  readonly headers: Readonly<Record<string, string>>;
  /** In bytes; a longer answer is refused. */
  readonly longestAnswer: number;
}

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * One request, following redirects; to another host it goes without credentials, and never from HTTPS to
 * HTTP.
 * @throws {RegistryDownError | RegistryAnswerError}
 */
export async function exchange(
  { method, url: first, headers: given, longestAnswer }: Question,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Answer> {
  let url = first;
  let headers = given;
  for (let hops = 0; ; hops += 1) {
    const { host } = url;
    const answer = await ask(url, method, headers, dispatcher, signal);
    const location = one(answer.headers['location']);
    if (!redirects.has(answer.statusCode) || location === undefined) {
      const body = await readBody(answer, host, longestAnswer, signal);
      return { status: answer.statusCode, header: (name) => one(answer.headers[name]), body, url };
    }
    answer.body.on('error', () => undefined).destroy();
    if (hops >= mostRedirects) throw new RegistryAnswerError(`${first.host} redirects in a circle`);
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
    if (!next || !['http:', 'https:'].includes(next.protocol)) {
      throw new RegistryAnswerError(`${host} redirects to something that is no web address`);
    }
    if (url.protocol === 'https:' && next.protocol === 'http:') {
      throw new RegistryAnswerError(`${host} redirects to ${next.host} without encryption`);
    }
    if (next.host !== url.host) {
      const { authorization: _, ...rest } = headers;
      headers = rest;
    }
    url = next;
  }
}

async function ask(
  url: URL,
  method: 'GET' | 'HEAD',
  headers: Readonly<Record<string, string>>,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  try {
    const identity = { 'user-agent': 'fluxd', 'accept-encoding': 'identity' };
    return await request(url, { method, headers: { ...identity, ...headers }, dispatcher, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw connectionError(url.host, cause);
  }
}

async function readBody(
  { body }: Dispatcher.ResponseData,
  host: string,
  longest: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > longest) throw new RegistryAnswerError(`${host} answers with more than ${longest} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof RegistryAnswerError ? cause : connectionError(host, cause);
  }
  return Buffer.concat(chunks);
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
