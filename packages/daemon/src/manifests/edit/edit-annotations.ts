import { isSequence, YamlMap, type YamlNode } from '../yaml/node.ts';
import { scalarText } from '../yaml/scalar-text.ts';
import { linesBehind, removeLines } from './block-map.ts';
import type { Draft, EditedObject } from './draft.ts';
import { editFlowMap } from './flow-map.ts';
import { columnOf } from './lines.ts';
import { entryOf, isKey, ownEntry, resolveAlias } from './lookup.ts';
import { type MapStyle, stepOf, styleBelow, styleOf, writeKey, writePair } from './map-style.ts';
import type { MapEntry, MapNode, SyntaxNode } from './syntax.ts';
import { writeString } from './write-scalar.ts';

/** Annotations to set, or to take away where the value is undefined. */
export type AnnotationChanges = ReadonlyMap<string, string | undefined>;

/**
 * Sets and takes away annotations: a value in its own style, new ones behind the last, in the style of
 * their neighbours and in order of key; with the last one `annotations:` goes too. What is as it should
 * be already is left alone.
 * @throws {EditProblem}
 */
export function editAnnotations(draft: Draft, object: EditedObject, wanted: AnnotationChanges): void {
  const metadata = metadataOf(draft, object);
  const holder = entryOf(draft.syntax, metadata, 'annotations');
  const node = holder && resolveAlias(draft.syntax, holder.value);
  const before = annotationsOf(object.value);
  if (before === undefined || (node && node.type !== 'map' && before !== null)) {
    throw draft.problem(node, 'the annotations are no mapping');
  }
  const changes = [...wanted]
    .filter(([key, value]) => before?.get(key) !== value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (changes.length === 0) return;
  const left = leftOver(before, changes);
  intend(draft, object, changes, left);
  const own = holder !== undefined && metadata.entries.includes(holder);
  if (!holder || !own) addAnnotations(draft, metadata, left);
  else if (node?.type !== 'map' || holder.value.type === 'alias')
    replaceAnnotations(draft, metadata, holder, left);
  else if (left.length === 0) draft.splice(...removeEntry(draft, metadata, holder));
  else changeEntries(draft, metadata, node, changes);
}

type Changes = readonly (readonly [key: string, value: string | undefined])[];
type Pairs = readonly (readonly [key: string, value: YamlNode])[];

function metadataOf(draft: Draft, object: EditedObject): MapNode {
  const entry = entryOf(draft.syntax, object.node, 'metadata');
  const metadata = entry && resolveAlias(draft.syntax, entry.value);
  if (metadata?.type !== 'map') throw draft.problem(metadata, 'the object has no metadata');
  return metadata;
}

/** Null where there are none, undefined where they are something else. */
function annotationsOf(object: YamlMap): YamlMap | null | undefined {
  const metadata = object.get('metadata');
  const annotations = metadata instanceof YamlMap ? (metadata.get('annotations') ?? null) : null;
  return annotations === null || annotations instanceof YamlMap ? annotations : undefined;
}

/** All annotations as they are to be. */
function leftOver(before: YamlMap | null, changes: Changes): Pairs {
  const pairs = new Map<string, YamlNode>(before?.keys.map((key, at) => [key, before.values[at] ?? null]));
  for (const [key, value] of changes) {
    if (value === undefined) pairs.delete(key);
    else pairs.set(key, value);
  }
  return [...pairs];
}

function intend(draft: Draft, object: EditedObject, changes: Changes, left: Pairs): void {
  const path = [...object.path, 'metadata', 'annotations'];
  if (left.length === 0) draft.intend(path, undefined);
  else for (const [key, value] of changes) draft.intend([...path, key], value);
}

/** Behind the other metadata; also where a merge brings annotations that others share. */
function addAnnotations(draft: Draft, metadata: MapNode, left: Pairs): void {
  const { text } = draft;
  const style = styleBelow(metadata);
  const key = writeKey('annotations', style, metadata.flow);
  const last = metadata.entries.at(-1);
  if (left.length === 0 || !last) {
    throw draft.problem(metadata, 'the annotation comes from a map that is merged in, and others share');
  }
  if (metadata.flow) {
    draft.splice(...editFlowMap(text, metadata, new Set(), [`${key}: ${inBrackets(left, style)}`]));
    return;
  }
  const indent = ' '.repeat(columnOf(text, metadata.start));
  draft.splice(linesBehind(text, last.value, [`${indent}${key}:`, ...below(text, metadata, left, style)]));
}

/** In the place of null, or of an alias: a copy of what it stands for, so that others keep theirs. */
function replaceAnnotations(draft: Draft, metadata: MapNode, holder: MapEntry, left: Pairs): void {
  const { text } = draft;
  const { value } = holder;
  const style = styleBelow(metadata);
  if (left.length === 0) {
    draft.splice(...removeEntry(draft, metadata, holder));
  } else if (metadata.flow || value.from !== value.start) {
    const lead = value.type === 'scalar' && value.empty ? ' ' : '';
    draft.splice({ start: value.start, end: value.end, text: lead + inBrackets(left, style) });
  } else {
    const blank = /[ \t]*$/.exec(text.slice(0, value.start).slice(-200))?.[0].length ?? 0;
    const start = value.type === 'scalar' && value.empty ? value.start : value.start - blank;
    draft.splice(
      { start, end: value.end, text: '' },
      linesBehind(text, value, below(text, metadata, left, style)),
    );
  }
}

function removeEntry(draft: Draft, map: MapNode, entry: MapEntry) {
  return map.flow ? editFlowMap(draft.text, map, new Set([entry]), []) : removeLines(draft.text, [entry]);
}

function changeEntries(draft: Draft, metadata: MapNode, annotations: MapNode, changes: Changes): void {
  const { text } = draft;
  const removed = new Set<MapEntry>();
  const added: [string, string][] = [];
  for (const [key, value] of changes) {
    const entry = ownEntry(annotations, key);
    if (value === undefined) {
      if (!entry) throw draft.problem(annotations, `annotation ${key} comes from a map that is merged in`);
      for (const each of annotations.entries) {
        if (isKey(each, key)) removed.add(each);
      }
    } else if (!entry) {
      added.push([key, value]);
    } else {
      setValue(draft, entry.value, key, value);
    }
  }
  const style = annotations.entries.length === 0 ? styleBelow(metadata) : styleOf(annotations);
  const pairs = added.map((pair) => writePair(pair, style, annotations.flow));
  if (annotations.flow) {
    draft.splice(...editFlowMap(text, annotations, removed, pairs));
    return;
  }
  draft.splice(...removeLines(text, removed));
  const last = annotations.entries.at(-1);
  if (pairs.length === 0 || !last) return;
  const indent = ' '.repeat(columnOf(text, annotations.start));
  draft.splice(
    linesBehind(
      text,
      last.value,
      pairs.map((pair) => indent + pair),
    ),
  );
}

function setValue(draft: Draft, node: SyntaxNode, key: string, value: string): void {
  // an alias gives way to a text of its own: others keep theirs
  if (node.type === 'alias') {
    const text = writeString(value, { style: 'plain', flow: node.inFlow });
    draft.splice({ start: node.start, end: node.end, text });
  } else if (node.type === 'scalar') {
    draft.setScalar(node, value);
  } else {
    throw draft.problem(node, `annotation ${key} is no text`);
  }
}

function below(text: string, parent: MapNode, pairs: Pairs, style: MapStyle): string[] {
  const indent = ' '.repeat(columnOf(text, parent.start) + stepOf(text, parent));
  return pairs.map((pair) => indent + writeAny(pair, style, false));
}

function inBrackets(pairs: Pairs, style: MapStyle): string {
  return `{${pairs.map((pair) => writeAny(pair, style, true)).join(', ')}}`;
}

function writeAny([key, value]: Pairs[number], style: MapStyle, flow: boolean): string {
  if (typeof value === 'string') return writePair([key, value], style, flow);
  const written = value instanceof YamlMap || isSequence(value) ? '' : scalarText(value);
  return `${writeKey(key, style, flow)}: ${written}`;
}
