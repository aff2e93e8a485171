import { endOfLine, lineBefore, newlineAt, nextLine, startOfLine } from './lines.ts';
import { insertion, type Splice } from './splice.ts';
import type { MapEntry, MapNode } from './syntax.ts';

/**
 * Takes entries of a map in brackets away and puts new ones behind the last. Where entries have lines of
 * their own, new ones get them too, and comments stay with what they stand beside.
 * @param added - `key: value`, written
 */
export function editFlowMap(
  text: string,
  map: MapNode,
  removed: ReadonlySet<MapEntry>,
  added: readonly string[],
): Splice[] {
  const { entries } = map;
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return added.length === 0 ? [] : [insertion(map.start + 1, added.join(', '))];
  const lastKept = entries.findLastIndex((entry) => !removed.has(entry));
  if (lastKept < 0) {
    const comma = commaBehind(text, last);
    const end = added.length === 0 && comma !== undefined ? comma + 1 : last.value.end;
    return [{ start: first.key.from, end, text: added.join(', ') }];
  }
  const inside = entries.slice(0, lastKept).flatMap((entry, index) => {
    const next = entries[index + 1];
    return removed.has(entry) && next ? [removeBefore(text, entry, next)] : [];
  });
  return [...inside, ...editEnd(text, entries.slice(lastKept), added)];
}

/** One that another follows. */
function removeBefore(text: string, entry: MapEntry, next: MapEntry): Splice {
  if (hasOwnLines(text, entry)) {
    return { start: startOfLine(text, entry.key.from), end: nextLine(text, entry.value.end), text: '' };
  }
  return { start: entry.key.from, end: next.key.from, text: '' };
}

/** @param entries - the last one that stays, and those behind it, which go */
function editEnd(text: string, [kept, ...gone]: readonly MapEntry[], added: readonly string[]): Splice[] {
  if (!kept) return [];
  const last = gone.at(-1) ?? kept;
  const splices: Splice[] = [];
  const byLine =
    hasOwnLines(text, last) && (gone.length === 0 || gone.every((entry) => hasOwnLines(text, entry)));
  if (!byLine) {
    if (gone.length > 0) splices.push({ start: kept.value.end, end: last.value.end, text: '' });
    if (added.length > 0) splices.push(insertion(last.value.end, added.map((pair) => `, ${pair}`).join('')));
    return splices;
  }
  for (const entry of gone) {
    splices.push({
      start: startOfLine(text, entry.key.from),
      end: nextLine(text, entry.value.end),
      text: '',
    });
  }
  const trailing = commaBehind(text, last) !== undefined;
  const comma = commaBehind(text, kept);
  const wanted = trailing || added.length > 0;
  if (wanted && comma === undefined) splices.push(insertion(kept.value.end, ','));
  if (!wanted && comma !== undefined) splices.push({ start: comma, end: comma + 1, text: '' });
  if (added.length > 0) {
    const at = nextLine(text, last.value.end);
    const newline = newlineAt(text, at);
    const indent = lineBefore(text, last.key.from);
    const lines = added.map((pair, index) => {
      const isLast = index === added.length - 1;
      return `${indent}${pair}${isLast && !trailing ? '' : ','}${newline}`;
    });
    splices.push(insertion(at, lines.join('')));
  }
  return splices;
}

/** Nothing but itself, a comma and a comment on its lines. */
function hasOwnLines(text: string, { key, value }: MapEntry): boolean {
  const behind = text.slice(value.end, endOfLine(text, value.end));
  return (
    lineBefore(text, key.from).trim() === '' &&
    /^[ \t]*,?[ \t]*(?:#.*)?$/.test(behind) &&
    nextLine(text, value.end) < text.length
  );
}

/** The place of the comma behind an entry. */
function commaBehind(text: string, { value }: MapEntry): number | undefined {
  let at = value.end;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === ',') return at;
    if (character === '#') at = endOfLine(text, at);
    else if (/\s/.test(character)) at += 1;
    else return undefined;
  }
  return undefined;
}
