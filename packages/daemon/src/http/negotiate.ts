/** How an error is written: successes are JSON whatever the `Accept` header says. */
export type ErrorFormat = 'json' | 'help text' | 'error text';

interface Entry {
  readonly type: string;
  readonly q: number;
}

/**
 * Flux v1's rules: exact match, no wildcards, the highest `q` wins, ties prefer JSON. A parameter other
 * than `q` ends the line and drops its entry; with no entry left JSON is chosen. Callers who accept
 * neither, or say nothing, are old clients: they get the bare error as text.
 * @param lines - each `Accept` header line by itself
 */
export function errorFormat(lines: readonly string[]): ErrorFormat {
  if ((lines[0] ?? '') === '') return 'error text';
  const entries = lines.flatMap(parseLine);
  if (entries.length === 0) return 'json';
  const best = (type: string): number =>
    Math.max(-1, ...entries.filter((entry) => entry.type === type).map(({ q }) => q));
  const json = best('application/json');
  const text = best('text/plain');
  if (json < 0 && text < 0) return 'error text';
  return json >= text ? 'json' : 'help text';
}

function parseLine(line: string): Entry[] {
  const entries: Entry[] = [];
  for (const part of line.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (type === '') return entries;
    let q = 1;
    for (const parameter of parameters) {
      const value = /^q=(\d*\.?\d*)$/.exec(parameter)?.[1];
      if (value === undefined) return entries;
      q = Number(value);
    }
    entries.push({ type, q });
  }
  return entries;
}
