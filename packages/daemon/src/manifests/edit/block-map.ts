import { endOfLine, lineBefore, newlineAt, nextLine, startOfLine } from './lines.ts';
import { insertion, type Splice } from './splice.ts';
import type { MapEntry, SyntaxNode } from './syntax.ts';

/** Whole lines behind the one on which a node ends; at the end of a text that has no last newline, too. */
export function linesBehind(text: string, node: SyntaxNode, lines: readonly string[]): Splice {
  const at = behindLine(text, node);
  const newline = newlineAt(text, at);
  const block = lines.join(newline);
  const isOpen = at === text.length && at > 0 && text[at - 1] !== '\n';
  return insertion(at, isOpen ? newline + block : block + newline);
}

/**
 * Takes entries of a block map away: their lines, with what stands behind them on the last, and none
 * beside. A text that has no newline at its end goes on having none.
 */
export function removeLines(text: string, entries: Iterable<MapEntry>): Splice[] {
  const runs: Splice[] = [];
  for (const splice of [...entries]
    .map((entry) => linesOf(text, entry))
    .toSorted((a, b) => a.start - b.start)) {
    const before = runs.at(-1);
    if (before?.end === splice.start) runs.splice(-1, 1, { ...splice, start: before.start });
    else runs.push(splice);
  }
  return runs.map((run) => {
    const isEnd = run.end === text.length && run.start > 0 && text[run.start - 1] === '\n';
    return isEnd && text[run.end - 1] !== '\n'
      ? { ...run, start: endOfLine(text, startOfLine(text, run.start - 1)) }
      : run;
  });
}

function linesOf(text: string, entry: MapEntry): Splice {
  const before = lineBefore(text, entry.key.from);
  const last = entry.value.end > entry.key.end ? entry.value : entry.key;
  // behind a dash or `:` of a parent there is no line to take away
  if (!/^[ \t]*(?:\?[ \t]+)?$/.test(before)) {
    return { start: entry.key.from, end: Math.max(last.end, endOfKey(text, entry)), text: '{}' };
  }
  return { start: startOfLine(text, entry.key.from), end: behindLine(text, last), text: '' };
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
