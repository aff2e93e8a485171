import { type ErrorOptions, FluxError, ServerError, UserError } from '@fluxctl/shared/errors';
import type { ApplyError } from './cluster.ts';

/** The parts of a Kubernetes `Status` that are looked at. */
export interface ApiStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly causes?: readonly {
      readonly reason?: string;
      readonly message?: string;
      readonly field?: string;
    }[];
    readonly retryAfterSeconds?: number;
  };
}

/** The API server answered, and said no. */
export class ApiStatusError extends UserError {
  /** HTTP status. */
  readonly code: number;
  /** As `NotFound`, `Conflict`, `Expired`; empty when not told. */
  readonly reason: string;
  readonly status: ApiStatus;
  /** How long the server asks to be left alone; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, status: ApiStatus, retryAfterMs: number | undefined, options?: ErrorOptions) {
    super(cutMessage(status.message ?? `the server answered ${code}`), options);
    this.code = code;
    this.reason = status.reason ?? '';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No answer came: refused, cut off, or too late. */
export class ApiUnreachableError extends ServerError {}

/** In characters; a Job's "field is immutable" quotes its whole template. */
const longestMessage = 600;

/**
 * The API server's words without what may be secret or endless: it quotes values (`Invalid value: …`),
 * whole templates among them.
 */
export function cutMessage(message: string): string {
  const plain = message
    // A Go struct or a JSON object as the value of a field.
    .replace(
      /Invalid value: (?:core|batch|apps|v\d\w*|map|\[\]|\{|&)[\s\S]*?: (?=[a-z][^:{}]*$)/g,
      'Invalid value: (…): ',
    )
    .replace(/(?<=\bdata[^ ]*: Invalid value: )"[^"]*"/g, '"…"')
    .replace(/(illegal base64 data[^"]*)"[^"]*"/g, '$1"…"');
  return plain.length > longestMessage ? `${plain.slice(0, longestMessage)} …` : plain;
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
  if (!(error instanceof ApiStatusError)) return false;
  if (isTypedPatchFailure(error)) return false;
  return error.code === 429 || error.code === 409 || error.code >= 500;
}

/** The object does not fit the schema of its kind; told as an internal error. */
export function isTypedPatchFailure(error: unknown): boolean {
  return (
    error instanceof ApiStatusError &&
    error.code === 500 &&
    /failed to create typed patch object|failed to create manager for existing fields/.test(error.message)
  );
}

/** What is told of an object that could not be applied or deleted. */
export function toApplyError(error: unknown): ApplyError {
  const told =
    error instanceof FluxError
      ? error
      : new ServerError(error instanceof Error ? error.message : String(error));
  return { error: told, field: fieldOf(error), retryable: isTransient(error) || awaitsAnother(error) };
}

/** The namespace or the kind may yet come: with another file, or by somebody else's hand. */
function awaitsAnother(error: unknown): boolean {
  return isStatus(error, 404);
}

function fieldOf(error: unknown): string | undefined {
  if (!(error instanceof ApiStatusError)) return undefined;
  const field = error.status.details?.causes?.find((cause) => cause.field)?.field;
  if (field) return field;
  return /^\.?((?:spec|metadata|data|rules|subjects|roleRef)[\w.[\]"/-]*): /.exec(error.message)?.[1];
}
