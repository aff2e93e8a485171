import { endOfLine, lineBefore, newlineAt, nextLine, startOfLine } from './lines.ts';
import { insertion, type Splice } from './splice.ts';
import type { MapEntry, SyntaxNode } from './syntax.ts';

/** Whole lines behind the one on which a node ends; at the end of a text that has no last newline, too. */
export function linesBehind(text: string, node: SyntaxNode, lines: readonly string[]): Splice {
  return linesAt(text, behindLine(text, node), lines);
}

/** Whole lines at the start of a line, or at the end of the text. */
export function linesAt(text: string, at: number, lines: readonly string[]): Splice {
  const newline = newlineAt(text, at);
  const block = lines.join(newline);
  if (at === text.length && at > 0 && text[at - 1] !== '\n') return insertion(at, newline + block);
  return insertion(at, block + newline);
}

/** Takes an entry of a block map away: its lines, with what stands behind it on the last, and none beside. */
export function removeLines(text: string, entry: MapEntry): Splice {
  const before = lineBefore(text, entry.key.from);
  const last = entry.value.end > entry.key.end ? entry.value : entry.key;
  // behind a dash or `:` of a parent there is no line to take away
  if (!/^[ \t]*(?:\?[ \t]+)?$/.test(before)) {
    return { start: entry.key.from, end: Math.max(last.end, endOfKey(text, entry)), text: '{}' };
  }
  const start = startOfLine(text, entry.key.from);
  const end = behindLine(text, last);
  if (end === text.length && start > 0 && text[end - 1] !== '\n') {
    // the text goes on having no newline at its end
    return { start: endOfLine(text, start - 1), end, text: '' };
  }
  return { start, end, text: '' };
}

/** Behind the colon, for an entry without a value. */
function endOfKey(text: string, { key }: MapEntry): number {
  return key.end + (/^[ \t]*:/.exec(text.slice(key.end, key.end + 80))?.[0].length ?? 0);
}

/** Where the line behind a node begins. */
function behindLine(text: string, node: SyntaxNode): number {
  const endsInBreak = node.end > node.start && text[node.end - 1] === '\n';
  return endsInBreak ? node.end : nextLine(text, node.end);
}
