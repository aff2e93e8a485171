import { type ErrorOptions, errorMessage, MissingError, ServerError } from '@fluxctl/shared/errors';

/** The host asked for fewer requests, or to come back later. */
export class RateLimitedError extends ServerError {
  readonly retryAfterMs: number;

  /** @param status - 429, or 503 of a host that said for how long */
  constructor(host: string, retryAfterMs: number, status = 429) {
    const next = `next try in ${Math.ceil(retryAfterMs / 1000)}s`;
    super(
      status === 429
        ? `${host} limits the rate of requests; ${next}`
        : `${host} is busy (${status}); ${next}`,
      {
        help:
          status === 429
            ? 'Log in with a pull secret or --docker-config for a higher limit, or lower --registry-rps.'
            : 'The registry asked to be left alone for so long; then it is asked again.',
      },
    );
    this.retryAfterMs = retryAfterMs;
  }
}

/** The host does not let us read this. */
export class RegistryDeniedError extends ServerError {}

/** The host cannot be reached, or fails. */
export class RegistryDownError extends ServerError {}

/** The host's answer is not what the protocol asks for. */
export class RegistryAnswerError extends ServerError {}

/** Listed, but there is no manifest. */
export class ManifestUnknownError extends MissingError {}

/** Longer than the daemon waits; in Flux v1's words. */
export class ClientTimeoutError extends ServerError {
  constructor(limit: string, options: ErrorOptions = {}) {
    super(`client timeout (${limit}) exceeded`, options);
  }
}

/**
 * The error for a bad status, in plain words.
 * @param what - what was asked for: `the tags of org/app`
 * @param body - the answer; only its first error's text is told, shortened
 */
export function statusError(
  host: string,
  what: string,
  status: number,
  body: Buffer,
): ServerError | MissingError {
  const { code, message } = firstError(body);
  const said = message === '' ? '' : `: ${message}`;
  if (status === 404 && /^the (?:manifest|image|state)/.test(what)) {
    return new ManifestUnknownError(`${host} has no such manifest: ${what}${said}`);
  }
  if (status === 404 || code === 'NAME_UNKNOWN') {
    return new MissingError(`${host} does not know ${what}${said}`, {
      help: 'Is the name of the image right? Some registries say so of images that may not be read, too.',
    });
  }
  if (status === 401 || status === 403) {
    return new RegistryDeniedError(`${host} does not let us read ${what} (${status})${said}`, {
      help: 'Give the workload a pull secret for this registry, or fluxd a --docker-config.',
    });
  }
  if (status >= 500) {
    return new RegistryDownError(`${host} fails to give ${what} (${status})${said}`, {
      help: 'The registry is at fault; it is asked again.',
    });
  }
  return new RegistryAnswerError(`${host} refuses to give ${what} (${status})${said}`);
}

const longestText = 200;

/** `{"errors":[{"code":…,"message":…}]}`, or nothing. */
function firstError(body: Buffer): { code: string; message: string } {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as { errors?: unknown };
    const first = (Array.isArray(errors) ? errors[0] : undefined) as Record<string, unknown> | undefined;
    return { code: String(first?.['code'] ?? ''), message: oneLine(String(first?.['message'] ?? '')) };
  } catch {
    return { code: '', message: '' };
  }
}

function oneLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}

/** The error for a request that got no answer. */
export function connectionError(host: string, cause: unknown): RegistryDownError {
  const { code } = rootOf(cause) as { code?: unknown };
  const known = typeof code === 'string' ? reasons.get(code) : undefined;
  const certificate = typeof code === 'string' && /CERT|SIGNATURE|SELF_SIGNED|ISSUER/.test(code);
  if (certificate) {
    return new RegistryDownError(`${host} shows a certificate that is not trusted (${code})`, {
      help: 'Mount its CA (NODE_EXTRA_CA_CERTS), or name the host with --registry-insecure-host.',
      cause,
    });
  }
  return new RegistryDownError(`cannot reach ${host}: ${known ?? errorMessage(rootOf(cause))}`, {
    ...(known === noTls && {
      help: `Is it meant to have none? Then start fluxd with --registry-insecure-host=${host}`,
    }),
    cause,
  });
}

function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError) return rootOf(error.errors[0]);
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

const noTls = 'it does not speak TLS';

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'its name cannot be looked up at present'],
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'the connection was closed'],
  ['EPIPE', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['ETIMEDOUT', 'no answer'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no answer'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer'],
  ['UND_ERR_BODY_TIMEOUT', 'its answer stopped half-way'],
  ['EHOSTUNREACH', 'no route to it'],
  ['ENETUNREACH', 'no route to it'],
  ['EPROTO', noTls],
  ['ERR_SSL_WRONG_VERSION_NUMBER', noTls],
]);
