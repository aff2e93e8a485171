import type { ServerResponse } from 'node:http';
import { dump } from 'js-yaml';
import { ApiError, internalError } from '../api-error.ts';

/** What a handler answers with; how it is written is the server's business. */
export interface Answer {
  readonly code: number;
  readonly body: unknown;
  /** `application/json` when left out. */
  readonly type?: string;
  readonly warnings?: readonly string[];
}

/** `Warning: 299 - "text"` with quotes and backslashes escaped. */
export function warningHeader(text: string): string {
  return `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function encodeBody(body: unknown, type: string): string {
  if (typeof body === 'string') return body;
  if (type === 'application/yaml') return dump(body);
  return `${JSON.stringify(body)}\n`;
}

export function writeAnswer(response: ServerResponse, answer: Answer): void {
  const type = answer.type ?? 'application/json';
  const text = encodeBody(answer.body, type);
  const headers: Record<string, string | readonly string[]> = {
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(text)),
    'Cache-Control': 'no-cache, private',
  };
  if (answer.warnings?.length) headers.Warning = answer.warnings.map(warningHeader);
  response.writeHead(answer.code, headers as Record<string, string>);
  response.end(text);
}

export function writeError(response: ServerResponse, error: unknown): void {
  const refusal =
    error instanceof ApiError ? error : internalError(error instanceof Error ? error.message : String(error));
  const seconds = refusal.details?.retryAfterSeconds;
  if (seconds !== undefined) response.setHeader('Retry-After', String(seconds));
  writeAnswer(response, { code: refusal.code, body: refusal.status });
}
