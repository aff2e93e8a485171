import { errorMessage, FluxError, ServerError } from '@fluxctl/shared/errors';
import { type Dispatcher, request } from 'undici';

export interface HttpPorts {
  readonly dispatcher: Dispatcher;
  /** In milliseconds. */
  readonly now: () => number;
}

export interface JsonRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const timeoutMs = 10_000;
const longestAnswer = 1024 * 1024;

/**
 * Asks a token service. Neither what was sent nor the answer gets into an error: they hold secrets.
 * @throws {ServerError} when there is no good answer
 */
export async function fetchText(
  ports: HttpPorts,
  url: string,
  { method = 'GET', headers = {}, body }: JsonRequest,
  signal: AbortSignal,
): Promise<string> {
  const { host } = new URL(url);
  try {
    const answer = await request(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      dispatcher: ports.dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await readBounded(answer.body, host);
    if (answer.statusCode !== 200) throw new ServerError(`${host} answered with status ${answer.statusCode}`);
    return text;
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof FluxError) throw cause;
    throw new ServerError(`cannot ask ${host} for credentials: ${errorMessage(cause)}`, { cause });
  }
}

export async function fetchJson(
  ports: HttpPorts,
  url: string,
  wanted: JsonRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const text = await fetchText(ports, url, wanted, signal);
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    throw new ServerError(`${new URL(url).host} answered with something that is not JSON`);
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>, host: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > longestAnswer) throw new ServerError(`${host} answered with more than ${longestAnswer} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
