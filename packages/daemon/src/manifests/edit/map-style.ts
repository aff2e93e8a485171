import { columnOf } from './lines.ts';
import type { MapNode, ScalarStyle, SyntaxNode } from './syntax.ts';
import { writeString } from './write-scalar.ts';

/** How the keys and values of a map are written, so that new ones look like them. */
export interface MapStyle {
  readonly key: ScalarStyle;
  readonly value: ScalarStyle;
}

/** The style of a map's last key, and of most of its values. */
export function styleOf(map: MapNode): MapStyle {
  return {
    key: quotesOf(map.entries.at(-1)?.key) ?? 'plain',
    value: mostOf(map.entries.map(({ value }) => value)),
  };
}

/** For a map that is not there yet: JSON stays JSON. */
export function styleBelow(parent: MapNode): MapStyle {
  const key = quotesOf(parent.entries.at(-1)?.key) ?? 'plain';
  return { key, value: key === 'double' && parent.flow ? 'double' : 'plain' };
}

function quotesOf(node: SyntaxNode | undefined): ScalarStyle | undefined {
  if (node?.type !== 'scalar') return undefined;
  return node.style === 'single' || node.style === 'double' ? node.style : undefined;
}

function mostOf(nodes: readonly SyntaxNode[]): ScalarStyle {
  const counted = new Map<ScalarStyle, number>();
  for (const node of nodes) {
    if (node.type !== 'scalar' || node.empty || node.style === 'literal' || node.style === 'folded') continue;
    counted.set(node.style, (counted.get(node.style) ?? 0) + 1);
  }
  const [most] = [...counted].toSorted(([, a], [, b]) => b - a);
  return most?.[0] ?? 'plain';
}

/** `key: value`, one line. */
export function writePair([key, value]: readonly [string, string], style: MapStyle, flow: boolean): string {
  return `${writeKey(key, style, flow)}: ${writeString(value, { style: style.value, flow })}`;
}

export function writeKey(key: string, style: MapStyle, flow: boolean): string {
  return writeString(key, { style: style.key, flow });
}

/** How far a file indents: as a map among the siblings does, else two. */
export function stepOf(text: string, parent: MapNode): number {
  for (const { value } of parent.entries) {
    if (value.type !== 'map' || value.flow || value.entries.length === 0) continue;
    const step = columnOf(text, value.start) - columnOf(text, parent.start);
    if (step > 0) return step;
  }
  return 2;
}
