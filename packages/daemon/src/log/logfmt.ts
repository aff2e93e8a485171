import type { LogFields } from './logger.ts';

/** One line in the format that Flux v1 writes: `ts=… caller=… component=… info="…"`, without a newline. */
export function toLogfmt(fields: LogFields): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    const name = safeKey(key);
    if (name !== '' && value !== undefined) parts.push(`${name}=${quoted(textOf(value))}`);
  }
  return parts.join(' ');
}

/** One line of JSON with sorted keys, without a newline. */
export function toJsonLine(fields: LogFields): string {
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(fields).sort()) sorted[key] = plain(fields[key]);
  return JSON.stringify(sorted);
}

/** A key has no room for spaces, `=` or quotes: they vanish. */
function safeKey(key: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
  return key.replace(/[\s="\u0000-\u001f\u007f]/g, '');
}

function textOf(value: unknown): string {
  const simple = plain(value);
  if (simple === null) return 'null';
  if (typeof simple === 'string') return simple;
  if (Array.isArray(simple)) return `[${simple.map(textOf).join(' ')}]`;
  return typeof simple === 'object' ? JSON.stringify(simple) : String(simple);
}

function plain(value: unknown): unknown {
  if (value === null) return null;
  if (value instanceof Error) return value.message;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? value.toString() : value;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what needs quotes
const needsQuotes = /[\s="\\\u0000-\u001f\u007f\ufffd]/;

function quoted(text: string): string {
  return needsQuotes.test(text) ? JSON.stringify(text) : text;
}
