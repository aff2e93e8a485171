import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
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
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  /** Names in lower case; `authorization` goes to this origin only. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a POST; sent to this address only. */
  readonly body?: string;
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
  { method, url: first, headers: given, longestAnswer, body: form }: Question,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Answer> {
  let url = first;
  let headers = given;
  for (let hops = 0; ; hops += 1) {
    const { host } = url;
    const answer = await ask(url, { method, headers, body: form ?? null }, dispatcher, signal);
    const location = method === 'POST' ? undefined : one(answer.headers['location']);
    if (!redirects.has(answer.statusCode) || location === undefined) {
      const sent = await readBody(answer, host, longestAnswer, signal);
      const body = await decode(sent, one(answer.headers['content-encoding']) ?? '', host, longestAnswer);
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
  what: {
    readonly method: Question['method'];
    readonly headers: Question['headers'];
    readonly body: string | null;
  },
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  try {
    const headers = { 'user-agent': 'fluxd', 'accept-encoding': 'identity', ...what.headers };
    return await request(url, { ...what, headers, dispatcher, signal });
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
      if (size > longest) throw tooLong(host, longest);
      chunks.push(chunk);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof RegistryAnswerError ? cause : connectionError(host, cause);
  }
  return Buffer.concat(chunks);
}

const unzip = promisify(gunzip);

/** Some proxies compress what nobody asked them to. */
async function decode(body: Buffer, encoding: string, host: string, longest: number): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity' || body.length === 0) return body;
  if (!/^(?:x-)?gzip$/i.test(encoding)) {
    throw new RegistryAnswerError(
      `${host} answers in an encoding that it was not asked for: ${encoding.slice(0, 40)}`,
    );
  }
  try {
    return await unzip(body, { maxOutputLength: longest });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(host, longest);
    throw new RegistryAnswerError(`${host} answers with broken gzip`, { cause });
  }
}

function tooLong(host: string, longest: number): RegistryAnswerError {
  return new RegistryAnswerError(`${host} answers with more than ${longest} bytes`);
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
