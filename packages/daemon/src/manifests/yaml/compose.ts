import {
  type DocumentEvent,
  EVENT_ID,
  type Event,
  getScalarValue,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml';
import { countLines } from './documents.ts';
import { MapBuilder } from './map-builder.ts';
import { isSequence, YamlFloat, YamlMap, type YamlNode, type YamlScalar } from './node.ts';
import { NodeStack } from './node-stack.ts';
import { maxDepth, type ParsedEvents, parseDocument, YamlError } from './parse-events.ts';
import { readPlainDocument } from './plain-document.ts';
import { resolvePlain } from './scalar.ts';
import { keyText } from './scalar-text.ts';
import { resolveTagged, tagName } from './tag.ts';

/** Something about a document that is told, though the rest of it can be read. */
export interface YamlRemark {
  /** `error`: Kubernetes could not be given this value. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Counts from the first line of the text. */
  readonly line: number;
}

export interface ComposedDocument {
  readonly root: YamlNode;
  /** Line of the first content; counts from the first line of the text. */
  readonly line: number;
  /** Lines of the entries of the root's `items`, where that is a list. */
  readonly itemLines: readonly number[];
  readonly remarks: readonly YamlRemark[];
}

/** Remarks on one document: a thousand more would tell no more. */
const maxRemarks = 50;
/** What a node weighs beside its characters, which weigh 1 each. */
const nodeWeight = 16;
/** Weight that aliases and merges may add to one document, 400,000 nodes as in Go: what bounds an alias bomb. */
const maxAliased = 400_000 * nodeWeight;

const aliasBomb = 'document contains excessive aliasing';
const badMerge = 'map merge requires map or sequence of maps as the value';

/**
 * Reads one document as Kubernetes does, by way of Go's yaml.v2: its scalars, the last of duplicate
 * keys wins, merges (`<<`) take effect where they stand.
 * @throws {YamlError}
 */
export function composeDocument(text: string): ComposedDocument {
  const plain = readPlainDocument(text);
  if (plain) return { root: plain.root, line: plain.line, itemLines: none, remarks: none };
  return composeEvents(parseDocument(text));
}

const none: readonly never[] = Object.freeze([]);

/** As `composeDocument`, of a document that was parsed before. @throws {YamlError} */
export function composeEvents(parsed: ParsedEvents): ComposedDocument {
  return new Composer(parsed).compose();
}

const textStart: { readonly position: number; readonly line: number } = { position: 0, line: 1 };

interface Anchored {
  /** Undefined while the node is being read: it may not hold itself. */
  node: YamlNode | undefined;
  /** Aliases followed, as for `height`. */
  weight: number;
  /** Levels of nesting below the node. */
  height: number;
}

class Composer {
  readonly #text: string;
  readonly #events: readonly Event[];
  #at = 0;
  #weight = 0;
  #aliased = 0;
  #deepest = 0;
  #tagHandles: DocumentEvent['directives'] = [];
  readonly #stack = new NodeStack();
  #counted = textStart;
  readonly #anchors = new Map<string, Anchored>();
  readonly #remarks: YamlRemark[] = [];
  readonly #itemLines: number[] = [];

  constructor({ text, events }: ParsedEvents) {
    this.#text = text;
    this.#events = events;
  }

  compose(): ComposedDocument {
    const first = this.#events[this.#at];
    if (first?.type !== EVENT_ID.DOCUMENT) return { root: null, line: 1, itemLines: [], remarks: [] };
    this.#at += 1;
    this.#tagHandles = first.directives;
    const line = this.#lineOf(this.#at);
    const root = this.#node(0);
    return { root, line, itemLines: this.#itemLines, remarks: this.#remarks };
  }

  #node(depth: number): YamlNode {
    const at = this.#at;
    const event = this.#events[at];
    this.#at += 1;
    const before = this.#weight;
    this.#weight += nodeWeight;
    if (depth > this.#deepest) this.#deepest = depth;
    switch (event?.type) {
      case EVENT_ID.SCALAR: {
        const value = this.#scalar(event, at);
        if (event.anchorStart < 0) return value;
        this.#anchors.set(this.#anchorName(event), {
          node: value,
          weight: this.#weight - before,
          height: 0,
        });
        return value;
      }
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        if (event.anchorStart < 0) return this.#collection(event.type, depth);
        const anchored: Anchored = { node: undefined, weight: 0, height: 0 };
        this.#anchors.set(this.#anchorName(event), anchored);
        const deepestBefore = this.#deepest;
        this.#deepest = depth;
        const node = this.#collection(event.type, depth);
        anchored.node = node;
        anchored.weight = this.#weight - before;
        anchored.height = this.#deepest - depth;
        this.#deepest = Math.max(this.#deepest, deepestBefore);
        return node;
      }
      case EVENT_ID.ALIAS:
        return this.#alias(this.#anchorName(event), at, depth);
      default:
        throw new YamlError('unexpected end of the document', this.#lineOf(at));
    }
  }

  #collection(type: typeof EVENT_ID.MAPPING | typeof EVENT_ID.SEQUENCE, depth: number): YamlNode {
    return type === EVENT_ID.MAPPING ? this.#mapping(depth) : this.#sequence(depth, false);
  }

  #sequence(depth: number, noteLines: boolean): readonly YamlNode[] {
    const base = this.#stack.top;
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      if (noteLines) this.#itemLines.push(this.#lineOf(this.#at));
      this.#stack.push('', this.#node(depth + 1));
    }
    this.#at += 1;
    return this.#stack.takeValues(base);
  }

  #mapping(depth: number): YamlMap {
    const map = new MapBuilder(this.#stack);
    let merged: Set<string> | undefined;
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      const at = this.#at;
      if (this.#isMergeKey(at)) {
        this.#at += 1;
        merged ??= new Set();
        this.#merge(map, merged, this.#at, this.#node(depth + 1));
        continue;
      }
      const key = this.#key(map, this.#node(depth + 1), at);
      const value = this.#value(key, depth);
      if (map.set(key, value) && !merged?.delete(key)) {
        this.#remark('warning', `duplicate key ${JSON.stringify(key)}: the last one counts`, at);
      }
    }
    this.#at += 1;
    return map.build();
  }

  /** The value of a key; the entries of a list document's `items` are told by line. */
  #value(key: string, depth: number): YamlNode {
    const event = this.#events[this.#at];
    const plainList = event?.type === EVENT_ID.SEQUENCE && event.anchorStart < 0;
    if (depth > 0 || key !== 'items' || !plainList) return this.#node(depth + 1);
    this.#at += 1;
    this.#itemLines.length = 0;
    return this.#sequence(depth + 1, true);
  }

  #key(map: MapBuilder, node: YamlNode, at: number): string {
    if (typeof node === 'string') return node;
    if (isSequence(node) || node instanceof YamlMap) {
      throw new YamlError('invalid map key (is this a template?)', this.#lineOf(at));
    }
    if (node === null) this.#remark('error', 'a key must not be null', at);
    const key = keyText(node);
    map.noteScalarKey(key, node);
    return key;
  }

  #isMergeKey(at: number): boolean {
    const event = this.#events[at];
    if (event?.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) return false;
    if (event.valueEnd - event.valueStart !== 2 || !this.#text.startsWith('<<', event.valueStart))
      return false;
    return event.tagStart < 0 || this.#text.slice(event.tagStart, event.tagEnd) === '!!merge';
  }

  /** As Go's yaml.v2 does: the merged keys replace those before, and are replaced by those behind. */
  #merge(map: MapBuilder, merged: Set<string>, at: number, source: YamlNode): void {
    const sources = isSequence(source) ? source.toReversed() : [source];
    for (const each of sources) {
      if (!(each instanceof YamlMap)) throw new YamlError(badMerge, this.#lineOf(at));
      for (const [index, key] of each.keys.entries()) {
        const scalarKey = each.scalarKeys?.get(key);
        if (scalarKey !== undefined) map.noteScalarKey(key, scalarKey);
        const replaced = map.set(key, each.values[index] ?? null);
        if (replaced && !merged.has(key)) {
          this.#remark('warning', `key ${JSON.stringify(key)} is replaced by the merge behind it`, at);
        }
        merged.add(key);
      }
    }
  }

  #alias(name: string, at: number, depth: number): YamlNode {
    const anchored = this.#anchors.get(name);
    if (anchored === undefined) throw new YamlError(`unknown anchor '${name}' referenced`, this.#lineOf(at));
    if (anchored.node === undefined) {
      throw new YamlError(`anchor '${name}' value contains itself`, this.#lineOf(at));
    }
    this.#weight += anchored.weight;
    this.#aliased += anchored.weight;
    this.#deepest = Math.max(this.#deepest, depth + anchored.height);
    if (this.#aliased > maxAliased || this.#deepest > maxDepth)
      throw new YamlError(aliasBomb, this.#lineOf(at));
    return anchored.node;
  }

  #scalar(event: ScalarEvent, at: number): YamlScalar {
    const text = getScalarValue(this.#text, event);
    this.#weight += text.length;
    if (event.tagStart < 0) {
      if (event.style !== SCALAR_STYLE.PLAIN) return text;
      return this.#speakable(resolvePlain(text), at);
    }
    const tag = tagName(this.#text.slice(event.tagStart, event.tagEnd), this.#tagHandles);
    const resolved = resolveTagged(tag, text);
    if (!resolved.ok) throw new YamlError(resolved.reason, this.#lineOf(at));
    return this.#speakable(resolved.value, at);
  }

  #speakable(value: YamlScalar, at: number): YamlScalar {
    if (value instanceof YamlFloat && !Number.isFinite(value.value)) {
      this.#remark('error', 'infinity and not-a-number cannot be told to Kubernetes', at);
    }
    return value;
  }

  #remark(severity: YamlRemark['severity'], message: string, at: number): void {
    if (severity === 'warning' && this.#remarks.length >= maxRemarks) return;
    this.#remarks.push({ severity, message, line: this.#lineOf(at) });
  }

  #anchorName(event: { readonly anchorStart: number; readonly anchorEnd: number }): string {
    return this.#text.slice(event.anchorStart, event.anchorEnd);
  }

  /** The line of an event; of the last one before it that has a place, where it has none itself. */
  #lineOf(at: number): number {
    for (let index = Math.min(at, this.#events.length - 1); index >= 0; index -= 1) {
      const position = positionOf(this.#events[index]);
      if (position >= 0) return this.#lineAt(position);
    }
    return 1;
  }

  /** Counts on from the last place that was asked for, which mostly is before this one. */
  #lineAt(position: number): number {
    const from = this.#counted.position <= position ? this.#counted : textStart;
    const line = from.line + countLines(this.#text, from.position, position);
    this.#counted = { position, line };
    return line;
  }
}

function positionOf(event: Event | undefined): number {
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      return firstOf(event.tagStart, event.anchorStart, event.valueStart);
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return firstOf(event.tagStart, event.anchorStart, event.start);
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    default:
      return -1;
  }
}

function firstOf(...positions: number[]): number {
  const known = positions.filter((position) => position >= 0);
  return known.length === 0 ? -1 : Math.min(...known);
}
