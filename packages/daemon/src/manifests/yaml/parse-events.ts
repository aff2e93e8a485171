import { type Event, parseEvents, YAMLException } from 'js-yaml';

/** A document that cannot be read. `line` counts from the first line of the text. */
export class YamlError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export interface ParsedEvents {
  /** What the events' positions refer to: the text, some of its lines perhaps indented further. */
  readonly text: string;
  readonly events: readonly Event[];
}

/** Deeper nesting than any manifest has; keeps the stack bounded. */
export const maxDepth = 500;

/** Parses that one document may cost. */
const maxTries = 200;

/**
 * Parses one document.
 *
 * YAML wants the lines of a list in brackets, or of a text in quotes, to be indented further than the
 * key that they belong to. Many manifests close a bracket right below its key, and Go's yaml.v2 takes
 * that. js-yaml does not; so a line that it names for this is indented further, which changes nothing of
 * what the document means, and the document is parsed again.
 * @throws {YamlError}
 */
export function parseDocument(text: string): ParsedEvents {
  const first = tryToParse(text);
  if (first.ok) return { text, events: first.events };
  if (!first.needsIndent) throw first.error;
  return parseIndenting(text, first.error.line);
}

function parseIndenting(text: string, firstLine: number): ParsedEvents {
  const padding = ' '.repeat(widestIndent(text) + 1);
  let lines: readonly string[] = text.split('\n');
  let line = firstLine;
  /** Lines to indent at once: more and more, while they follow each other. */
  let count = 1;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const from = line - 1;
    const candidate = lines.map((each, at) => (at >= from && at < from + count ? padding + each : each));
    const attempt = candidate.join('\n');
    const parsed = tryToParse(attempt);
    if (parsed.ok) return { text: attempt, events: parsed.events };
    if (parsed.needsIndent && parsed.error.line > line) {
      const next = parsed.error.line;
      count = next === line + count ? count * 2 : 1;
      lines = candidate;
      line = next;
    } else if (count === 1) {
      throw parsed.error;
    } else {
      // beyond the end of the brackets or the quotes, where a further indent is an error
      count = 1;
    }
  }
  throw new YamlError('too many lines are not indented enough', line);
}

type Attempt =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly error: YamlError; readonly needsIndent: boolean };

function tryToParse(text: string): Attempt {
  try {
    return { ok: true, events: parseEvents(text, { maxDepth }) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    return {
      ok: false,
      error: new YamlError(error.reason, line),
      needsIndent: error.reason === 'deficient indentation',
    };
  }
}

/** No node of the document is indented further than this. */
function widestIndent(text: string): number {
  let widest = 0;
  for (const [indent] of text.matchAll(/^[ \-?:]*/gm)) widest = Math.max(widest, indent.length);
  return widest;
}
