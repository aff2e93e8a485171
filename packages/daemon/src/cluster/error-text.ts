import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import type { ApiStatus } from './api-status.ts';

/** In characters, of a whole message, and of a value that one quotes. */
const longest = { message: 600, value: 60 };

/**
 * The API server's words, short enough for a line of the log: it quotes what it does not take, whole
 * templates among them, and differences of several lines.
 */
export function tellStatus({ message = '', details }: ApiStatus): string {
  const causes = details?.causes ?? [];
  const invalid = /^[^:]* is invalid: /.exec(message)?.[0];
  const told =
    invalid !== undefined && causes.length > 0
      ? invalid + joinCauses(causes.map(({ field = '', message = '' }) => `${field}: ${cutValue(message)}`))
      : message;
  const oneLine = told
    .replace(/\n@@ [\s\S]*$/, '')
    .replace(/got &[\w.]*\{(?:Value:)?([\s\S]*)\}/, (_, value: string) => `got ${typeOf(value)}`)
    .replace(/\s*\n\s*/g, ' ');
  return oneLine.length > longest.message ? `${oneLine.slice(0, longest.message)} …` : oneLine;
}

/** As the API server itself joins several; it may tell the same twice. */
function joinCauses(causes: readonly string[]): string {
  const all = [...new Set(causes)];
  return all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`;
}

/** `Invalid value: {"a":…}: field is immutable` without a value that is long. */
function cutValue(cause: string): string {
  const start = /^(?:Invalid|Unsupported|Duplicate) value: /.exec(cause)?.[0];
  if (start === undefined) return cause;
  const end = endOfValue(cause, start.length);
  return end - start.length > longest.value ? `${start}…${cause.slice(end)}` : cause;
}

/** Where a value ends that is written as Go or as JSON: at the first `: ` outside of quotes and brackets. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (quoted && char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '{' || char === '[' || char === '(') depth += 1;
    else if (char === '}' || char === ']' || char === ')') depth -= 1;
    else if (depth <= 0 && text.startsWith(': ', at)) return at;
  }
  return text.length;
}

/** What a value written by Go is called in YAML. */
function typeOf(value: string): string {
  if (value.startsWith('map[')) return 'a mapping';
  if (value.startsWith('[')) return 'a list';
  if (value === 'true' || value === 'false') return 'a boolean';
  if (/^[-+]?[\d.]/.test(value)) return 'a number';
  return 'something else';
}

/** Shorter ones are found in any text. */
const shortestSecret = 3;

/**
 * A text about an object without what is secret in it.
 * @param body - the object as it was sent
 */
export function maskSecrets(text: string, body: JsonObject): string {
  if (body['kind'] !== 'Secret') return text;
  const values = [...secretsIn(body['data']), ...secretsIn(body['stringData'])]
    .filter((value) => value.length >= shortestSecret)
    .toSorted((a, b) => b.length - a.length);
  return values.reduce((masked, value) => masked.replaceAll(value, '…'), text);
}

/** The values as they are written, quoted, and decoded. */
function* secretsIn(value: JsonValue | undefined): Generator<string> {
  if (value === null || value === undefined || typeof value === 'boolean') return;
  if (typeof value === 'object' && !JSON.isRawJSON(value)) {
    for (const below of Object.values(value)) yield* secretsIn(below as JsonValue);
    return;
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  yield text;
  yield JSON.stringify(text).slice(1, -1);
  if (typeof value === 'string') yield Buffer.from(value, 'base64').toString('utf8');
}
