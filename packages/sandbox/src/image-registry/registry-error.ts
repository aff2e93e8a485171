/** The distribution specification's codes, each with its status and text. */
const codes = {
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_INVALID: [400, 'blob upload invalid'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  DENIED: [403, 'requested access to the resource is denied'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  MANIFEST_BLOB_UNKNOWN: [400, 'manifest references a manifest or blob unknown to registry'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown'],
  NAME_INVALID: [400, 'invalid repository name'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  PAGINATION_NUMBER_INVALID: [400, 'invalid number of results requested'],
  RANGE_INVALID: [416, 'invalid content range'],
  SIZE_INVALID: [400, 'provided length did not match content length'],
  TAG_INVALID: [400, 'manifest tag did not match URI'],
  TOOMANYREQUESTS: [429, 'too many requests'],
  UNAUTHORIZED: [401, 'authentication required'],
  UNAVAILABLE: [503, 'service unavailable'],
  UNKNOWN: [500, 'unknown error'],
  UNSUPPORTED: [405, 'the operation is unsupported'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type RegistryErrorCode = keyof typeof codes;

export interface RegistryErrorOptions {
  readonly message?: string;
  readonly detail?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal as clients of a registry know it. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly status: number;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RegistryErrorCode, options: RegistryErrorOptions = {}) {
    const [status, message] = codes[code];
    super(options.message ?? message);
    this.code = code;
    this.status = status;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }

  /** `{"errors":[{"code","message","detail"}]}`. */
  get body(): Buffer {
    return errorBody(this.code, this.message, this.detail);
  }
}

export function errorBody(code: string, message: string, detail?: unknown): Buffer {
  const error = { code, message, ...(detail !== undefined && { detail }) };
  return Buffer.from(`${JSON.stringify({ errors: [error] })}\n`);
}

/** The code that goes with a status that somebody asked for. */
export function errorCodeFor(status: number): string {
  return Object.entries(codes).find(([, [known]]) => known === status)?.[0] ?? 'UNKNOWN';
}
