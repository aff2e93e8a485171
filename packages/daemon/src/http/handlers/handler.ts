import type { ApiPorts } from '../api-ports.ts';

export interface ApiRequest {
  /** The first value of a key; undefined when the query does not have it. */
  query(key: string): string | undefined;
  /** All values of a key, in their order. */
  queryAll(key: string): readonly string[];
  /** The body, decoded. @throws {HttpError} 400 when it is not JSON */
  json(): unknown;
  readonly signal: AbortSignal;
}

export type ApiResponse =
  | { readonly json: unknown }
  /** JSON that is encoded already, or is while it is sent. */
  | { readonly pieces: Iterable<Buffer> }
  | { readonly status: 202 | 204 };

/** Answers one route. */
export type Handler = (request: ApiRequest, ports: ApiPorts) => Promise<ApiResponse> | ApiResponse;
