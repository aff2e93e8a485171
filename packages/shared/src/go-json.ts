const htmlEscapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
  '\\b': '\\u0008',
  '\\f': '\\u000c',
};

/** JSON as Go's encoding/json writes it, on one line: members in the order of the value's. */
export function goJson(value: unknown): string {
  // The first alternative takes escaped characters whole, so that `\\b` is not read as `\b`.
  return JSON.stringify(value).replace(/\\.|[<>&\u2028\u2029]/gs, (text) => htmlEscapes[text] ?? text);
}

/** A copy of a map with its keys in the order in which Go writes them. */
export function sortedMap<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
