import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { errorMessage, ServerError } from '@fluxctl/shared/errors';
import type { KubeConfig } from '@kubernetes/client-node';

/** The API server answered, but not with what was asked for. */
export class KubeAnswerError extends ServerError {
  /** The HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An API server that takes longer for so small an answer is not well. */
const limitMs = 60_000;

/**
 * GETs JSON from the Kubernetes API with the credentials of a kubeconfig. The library's generated client
 * would do, but takes half a second to load.
 * @param path - with its query
 * @throws {KubeAnswerError} with the API server's own message
 */
export async function kubeGet(config: KubeConfig, path: string, signal: AbortSignal): Promise<unknown> {
  const url = new URL(`${(config.getCurrentCluster()?.server ?? '').replace(/\/+$/, '')}${path}`);
  const late = AbortSignal.timeout(limitMs);
  const options: https.RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw new ServerError(`getting credentials: ${errorMessage(cause)}`, { cause });
  }
  const reading = { ...options, headers: { ...options.headers, Accept: 'application/json' } };
  try {
    const { status, body } = await exchange(url, { ...reading, signal: AbortSignal.any([signal, late]) });
    if (status < 200 || status > 299) throw new KubeAnswerError(status, refusal(status, body));
    return JSON.parse(body);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof KubeAnswerError) throw cause;
    const reason = late.aborted ? `no answer within ${limitMs / 1000}s` : transportReason(cause);
    throw new ServerError(`Get "${url.href}": ${reason}`, { cause });
  }
}

interface Exchanged {
  readonly status: number;
  readonly body: string;
}

function exchange(url: URL, options: https.RequestOptions): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? https.request : http.request;
    const request = send(url, options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    request.on('error', reject);
    request.end();
  });
}

/** The message of a `Status` object. */
function refusal(status: number, body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    if (typeof message === 'string' && message !== '') return message;
  } catch {
    // Not an API server's own answer: the status has to do.
  }
  return `the server answered ${status} ${http.STATUS_CODES[status] ?? ''}`.trimEnd();
}

function transportReason(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(errorMessage).join('; ');
  return errorMessage(cause);
}
