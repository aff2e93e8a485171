import { type ErrorOptions, FluxError, ServerError, UserError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { ApiStatus } from './api-status.ts';
import type { ApplyError } from './cluster.ts';
import { maskSecrets, tellStatus } from './error-text.ts';

/** The API server answered, and said no. */
export class ApiStatusError extends UserError {
  /** HTTP status. */
  readonly code: number;
  /** As `NotFound`, `Conflict`, `Expired`; empty when not told. */
  readonly reason: string;
  /** How long the server asks to be left alone; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** All that it said: may be long, and hold what is secret. */
  readonly #status: ApiStatus;

  constructor(code: number, status: ApiStatus, retryAfterMs?: number, options?: ErrorOptions) {
    super(tellStatus({ ...status, message: status.message ?? `the server answered ${code}` }), options);
    this.code = code;
    this.reason = status.reason ?? '';
    this.retryAfterMs = retryAfterMs;
    this.#status = status;
  }

  /** The same refusal, with another HTTP status. */
  as(code: number): ApiStatusError {
    return new ApiStatusError(code, this.#status, this.retryAfterMs);
  }

  /** Path of the field that is at fault, as `spec.selector`; undefined when the server names none. */
  get field(): string | undefined {
    const field = this.#status.details?.causes?.find((cause) => cause.field)?.field;
    // A schema error names it in its text only.
    return field ?? /Kind=\w+\): \.([^:\s]+): /.exec(this.#status.message ?? '')?.[1];
  }

  /** Whether some cause has this reason. */
  hasCause(reason: string): boolean {
    return this.#status.details?.causes?.some((cause) => cause.reason === reason) ?? false;
  }

  /** The message, without what is secret in the object that was sent. */
  tellAbout(body: JsonObject): string {
    const { message = this.message, details, ...rest } = this.#status;
    const mask = (text: string): string => maskSecrets(text, body);
    const causes = details?.causes?.map((cause) => ({ ...cause, message: mask(cause.message ?? '') }));
    return tellStatus({ ...rest, message: mask(message), ...(causes ? { details: { causes } } : {}) });
  }
}

/** No answer came: refused, cut off, or too late. */
export class ApiUnreachableError extends ServerError {
  /** The server was there, and did not answer in time. */
  get late(): boolean {
    const code = (this.cause as { code?: unknown } | undefined)?.code;
    return code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
  }
}

export function isStatus(error: unknown, code: number): error is ApiStatusError {
  return error instanceof ApiStatusError && error.code === code;
}

/**
 * Whether another try by itself may help: the server is busy, away or lost the race. A schema error of
 * a server-side apply comes as a 500 too, but stays.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiUnreachableError) return true;
  if (!(error instanceof ApiStatusError) || isSchemaError(error)) return false;
  return error.code === 429 || error.code === 409 || error.code >= 500;
}

/** The object does not fit the schema of its kind; a server-side apply tells it as an internal error. */
export function isSchemaError(error: unknown): boolean {
  return (
    isStatus(error, 500) &&
    /failed to (?:create typed|create manager for existing fields|convert new object)/.test(error.message)
  );
}

/**
 * What is told of an object that could not be applied or deleted.
 * @param body - what was sent, if something was
 */
export function toApplyError(error: unknown, body?: JsonObject): ApplyError {
  if (!(error instanceof ApiStatusError)) {
    const told =
      error instanceof FluxError
        ? error
        : new ServerError(error instanceof Error ? error.message : String(error));
    return { error: told, field: undefined, retryable: isTransient(error) };
  }
  const told = body ? new UserError(error.tellAbout(body)) : error;
  return { error: told, field: error.field, retryable: isTransient(error) || awaitsAnother(error) };
}

/** The namespace may yet come, or come back: with another file, or by somebody else's hand. */
function awaitsAnother(error: ApiStatusError): boolean {
  return error.code === 404 || error.hasCause('NamespaceTerminating');
}
