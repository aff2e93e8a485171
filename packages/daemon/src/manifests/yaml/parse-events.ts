import { type Event, parseEvents, YAMLException } from 'js-yaml';
import { countLines } from './documents.ts';

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

/** Characters that may be gone through again for one document: seconds, at most. */
const maxWork = 2 ** 26;

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
  return parseIndenting(text, startOfLine(text, first.at));
}

/** @param firstLine - where the line begins that is not indented enough */
function parseIndenting(text: string, firstLine: number): ParsedEvents {
  const padding = ' '.repeat(widestIndent(text) + 1);
  let known = text;
  let from = firstLine;
  /** Lines to indent at once: more and more, while they are close to each other. */
  let count = 1;
  for (let work = 0; work < maxWork; work += known.length) {
    const { text: attempt, end } = indentLines(known, from, count, padding);
    const parsed = tryToParse(attempt);
    if (parsed.ok) return { text: attempt, events: parsed.events };
    const line = startOfLine(attempt, parsed.at);
    if (parsed.needsIndent && line >= end) {
      count = countLines(attempt, end, line) <= count ? count * 4 : 1;
      known = attempt;
      from = line;
    } else if (count === 1) {
      throw parsed.error;
    } else {
      // beyond the end of the brackets or the quotes, where a further indent is an error
      const good = countLines(attempt, from, line);
      count = good > 0 && good < count ? good : Math.ceil(count / 2);
    }
  }
  throw new YamlError('too many lines are not indented enough', 1 + countLines(known, 0, from));
}

/** @returns also where the lines end that were indented */
function indentLines(text: string, from: number, count: number, padding: string) {
  const lines: string[] = [];
  let at = from;
  for (let line = 0; line === 0 || (line < count && at < text.length); line += 1) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    lines.push(padding, text.slice(at, next));
    at = next;
  }
  const indented = lines.join('');
  return { text: text.slice(0, from) + indented + text.slice(at), end: from + indented.length };
}

function startOfLine(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

type Attempt =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly error: YamlError; readonly at: number; readonly needsIndent: boolean };

function tryToParse(text: string): Attempt {
  try {
    return { ok: true, events: parseEvents(text, { maxDepth }) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, position = 0 } = error.mark ?? {};
    return {
      ok: false,
      error: new YamlError(error.reason, line + 1),
      at: position,
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
