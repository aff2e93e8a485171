import { badRequest } from './http-error.ts';

/** Compact JSON with `<`, `>` and `&` escaped, as Go writes it. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A copy with its keys in order, as Go writes maps. */
export function sortedMap<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** The JSON of a request, whatever its content type says. @throws {HttpError} 400 */
export function decodeJson(body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  if (text.trim() === '') throw badRequest('EOF');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the request is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
