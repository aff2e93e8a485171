import type { MapEntry, MapNode, ScalarNode, ScalarStyle, SyntaxNode } from './syntax.ts';
import { endOfLine, nextLine, startOfLine } from './syntax.ts';
import { replaceScalar, writeString } from './write-scalar.ts';

/** A part of a text that is replaced by another; an insertion where `start` is `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all splices made; none may overlap another. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let result = '';
  let at = 0;
  for (const splice of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (splice.start < at) throw new RangeError('two edits of the same text');
    result += text.slice(at, splice.start) + splice.text;
    at = splice.end;
  }
  return result + text.slice(at);
}

/** A scalar's new value, in its style. */
export function setScalar(text: string, node: ScalarNode, value: string, flow: boolean): Splice {
  return { start: node.start, end: node.end, text: replaceScalar(text, node, value, flow) };
}

/** Keys with string values, written as the map writes its own: behind the last one, in its style. */
export function addEntries(
  text: string,
  map: MapNode,
  added: readonly (readonly [key: string, value: string])[],
): Splice {
  const style = valueStyle(map);
  const site = { style, flow: map.flow };
  if (map.flow) {
    const written = added.map(([key, value]) => flowPair(text, key, writeString(value, site)));
    const last = map.entries.at(-1);
    if (!last) return { start: map.start + 1, end: map.start + 1, text: written.join(', ') };
    return { start: last.value.end, end: last.value.end, text: written.map((pair) => `, ${pair}`).join('') };
  }
  const first = map.entries[0]?.key;
  const indent = ' '.repeat(first ? columnOf(text, first.start) : 0);
  const lines = added.map(([key, value]) => `${indent}${plainKey(key, false)}: ${writeString(value, site)}`);
  return insertLines(text, endOfEntry(map), lines);
}

/** A key that holds a map of its own, behind the last entry of a map. */
export function addMap(
  text: string,
  map: MapNode,
  key: string,
  entries: readonly (readonly [key: string, value: string])[],
): Splice {
  if (map.flow) {
    const inner = entries.map(([name, value]) =>
      flowPair(text, name, writeString(value, { style: 'plain', flow: true })),
    );
    const pair = flowPair(text, key, `{${inner.join(', ')}}`);
    const last = map.entries.at(-1);
    const at = last ? last.value.end : map.start + 1;
    return { start: at, end: at, text: last ? `, ${pair}` : pair };
  }
  const column = map.entries[0] ? columnOf(text, map.entries[0].key.start) : 0;
  const indent = ' '.repeat(column);
  return insertLines(text, endOfEntry(map), [`${indent}${key}:`, ...childLines(text, map, column, entries)]);
}

/** Entries for a key that has no value yet (`annotations:`), or an empty one. */
export function fillMap(
  text: string,
  parent: MapNode,
  { key, value }: MapEntry,
  entries: readonly (readonly [key: string, value: string])[],
): Splice {
  if (parent.flow || value.type !== 'scalar' || !value.empty) {
    const inner = entries.map(([name, each]) =>
      flowPair(text, name, writeString(each, { style: 'plain', flow: true })),
    );
    const lead = value.type === 'scalar' && value.empty ? ' ' : '';
    return { start: value.start, end: value.end, text: `${lead}{${inner.join(', ')}}` };
  }
  return insertLines(text, value.end, childLines(text, parent, columnOf(text, key.start), entries));
}

function childLines(
  text: string,
  parent: MapNode,
  column: number,
  entries: readonly (readonly [key: string, value: string])[],
): string[] {
  const indent = ' '.repeat(column + stepOf(text, parent));
  return entries.map(
    ([key, value]) =>
      `${indent}${plainKey(key, false)}: ${writeString(value, { style: 'plain', flow: false })}`,
  );
}

/** Takes an entry away: its lines, with what stands behind it on the last, but no line beside it. */
export function removeEntry(text: string, map: MapNode, entry: MapEntry): Splice {
  const index = map.entries.indexOf(entry);
  if (map.flow) {
    const next = map.entries[index + 1];
    const previous = map.entries[index - 1];
    if (next) return { start: entry.key.start, end: next.key.start, text: '' };
    if (previous) return { start: previous.value.end, end: entry.value.end, text: '' };
    return { start: entry.key.start, end: entry.value.end, text: '' };
  }
  const start = startOfLine(text, entry.key.start);
  const sharesLine = text.slice(start, entry.key.start).trim() !== '';
  const end = lineEndOf(text, entry.value);
  if (!sharesLine) return { start, end, text: '' };
  // behind a dash, or after `key:`: what follows takes its place
  const next = map.entries[index + 1];
  return next
    ? { start: entry.key.start, end: next.key.start, text: '' }
    : { start: entry.key.start, end: endOfLine(text, entry.value.end), text: '{}' };
}

/** Where the line behind a node begins. */
function lineEndOf(text: string, node: SyntaxNode): number {
  if (text[node.end - 1] === '\n') return node.end;
  return nextLine(text, node.end);
}

/** Behind a map's last entry. */
function endOfEntry(map: MapNode): number {
  return map.entries.at(-1)?.value.end ?? map.end;
}

/** Whole lines behind the one on which a node ends; at the end of a text that has no last newline, too. */
function insertLines(text: string, behind: number, lines: readonly string[]): Splice {
  const newline = newlineOf(text, behind);
  const isLineStart = text[behind - 1] === '\n';
  const at = isLineStart ? behind : nextLine(text, behind);
  const block = lines.join(newline);
  if (at === text.length && text.length > 0 && text[at - 1] !== '\n')
    return { start: at, end: at, text: newline + block };
  return { start: at, end: at, text: block + newline };
}

/** As the line before a place ends; CRLF only where the file has it. */
function newlineOf(text: string, at: number): string {
  const before = text.lastIndexOf('\n', Math.max(0, at - 1));
  const found = before < 0 ? text.indexOf('\n') : before;
  return found > 0 && text[found - 1] === '\r' ? '\r\n' : '\n';
}

/** How far a file indents: as a map among the siblings does, else two. */
function stepOf(text: string, parent: MapNode): number {
  for (const { key, value } of parent.entries) {
    if (value.type !== 'map' || value.flow || !value.entries[0]) continue;
    const step = columnOf(text, value.entries[0].key.start) - columnOf(text, key.start);
    if (step > 0) return step;
  }
  return 2;
}

/** In characters from the start of the line. */
export function columnOf(text: string, at: number): number {
  return at - startOfLine(text, at);
}

/** The style in which most values of a map are written; single quotes where nothing tells. */
function valueStyle(map: MapNode): ScalarStyle {
  const styles = map.entries.flatMap(({ value }) =>
    value.type === 'scalar' && !value.empty ? [value.style] : [],
  );
  const counted = new Map<ScalarStyle, number>();
  for (const style of styles) {
    if (style !== 'literal' && style !== 'folded') counted.set(style, (counted.get(style) ?? 0) + 1);
  }
  const [most] = [...counted].toSorted(([, a], [, b]) => b - a);
  return most?.[0] ?? 'plain';
}

/** JSON stays JSON: where the text's keys are quoted, so is the new one. */
function flowPair(text: string, key: string, value: string): string {
  const isJson = /^\s*[{[]/.test(text);
  if (isJson)
    return `${JSON.stringify(key)}: ${/^["{]/.test(value) ? value : JSON.stringify(unquoted(value))}`;
  return `${plainKey(key, true)}: ${value}`;
}

function unquoted(written: string): string {
  return written.startsWith("'") ? written.slice(1, -1).replaceAll("''", "'") : written;
}

function plainKey(key: string, flow: boolean): string {
  return writeString(key, { style: 'plain', flow });
}
