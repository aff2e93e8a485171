import {
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml';

/** A node of a document, with the place of its text; offsets are in UTF-16 units. */
export type SyntaxNode = ScalarNode | MapNode | SequenceNode | AliasNode;

interface Place {
  /** Of the value itself, with its quotes, without tag and anchor. */
  readonly start: number;
  /** Behind the last character of the value. */
  readonly end: number;
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export interface ScalarNode extends Place {
  readonly type: 'scalar';
  readonly style: ScalarStyle;
  /** Decoded. */
  readonly value: string;
  readonly anchor: string | undefined;
  readonly tagged: boolean;
  /** Nothing is written: `key:`. */
  readonly empty: boolean;
}

export interface MapNode extends Place {
  readonly type: 'map';
  readonly flow: boolean;
  readonly anchor: string | undefined;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: SyntaxNode;
  readonly value: SyntaxNode;
}

export interface SequenceNode extends Place {
  readonly type: 'sequence';
  readonly flow: boolean;
  readonly anchor: string | undefined;
  readonly items: readonly SyntaxNode[];
}

export interface AliasNode extends Place {
  readonly type: 'alias';
  readonly name: string;
}

export interface SyntaxDocument {
  readonly text: string;
  readonly root: SyntaxNode | undefined;
  /** Nodes by the anchor that they carry; the last one counts, as in a reader. */
  readonly anchors: ReadonlyMap<string, SyntaxNode>;
  /** What an alias stands for: the node that carried its anchor when the alias was read. */
  readonly targets: ReadonlyMap<AliasNode, SyntaxNode>;
}

const styles: Readonly<Record<number, ScalarStyle>> = {
  [SCALAR_STYLE.PLAIN]: 'plain',
  [SCALAR_STYLE.SINGLE_QUOTED]: 'single',
  [SCALAR_STYLE.DOUBLE_QUOTED]: 'double',
  [SCALAR_STYLE.LITERAL_BLOCK]: 'literal',
  [SCALAR_STYLE.FOLDED_BLOCK]: 'folded',
};

/** Reads one document with the place of everything in it. @throws {YAMLException} */
export function parseSyntax(text: string): SyntaxDocument {
  return new SyntaxReader(text, parseEvents(text, {})).read();
}

class SyntaxReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #at = 0;
  /** Behind the last thing that was read: where a value without text stands. */
  #behind = 0;
  readonly #anchors = new Map<string, SyntaxNode>();
  readonly #targets = new Map<AliasNode, SyntaxNode>();

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  read(): SyntaxDocument {
    const isDocument = this.#events[this.#at]?.type === EVENT_ID.DOCUMENT;
    this.#at += 1;
    const root = isDocument ? this.#node() : undefined;
    return { text: this.#text, root, anchors: this.#anchors, targets: this.#targets };
  }

  #node(): SyntaxNode {
    const event = this.#events[this.#at];
    this.#at += 1;
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event));
      case EVENT_ID.MAPPING:
        return this.#anchored(
          event,
          this.#map(event.start, event.style === COLLECTION_STYLE.FLOW, this.#name(event)),
        );
      case EVENT_ID.SEQUENCE:
        return this.#anchored(
          event,
          this.#sequence(event.start, event.style === COLLECTION_STYLE.FLOW, this.#name(event)),
        );
      case EVENT_ID.ALIAS: {
        const name = this.#text.slice(event.anchorStart, event.anchorEnd);
        const alias: AliasNode = { type: 'alias', name, start: event.anchorStart - 1, end: event.anchorEnd };
        const target = this.#anchors.get(name);
        if (target) this.#targets.set(alias, target);
        this.#behind = alias.end;
        return alias;
      }
      default:
        throw new RangeError('the document ends too early');
    }
  }

  #name(event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
    return event.anchorStart < 0 ? undefined : this.#text.slice(event.anchorStart, event.anchorEnd);
  }

  #anchored<Node extends SyntaxNode>(
    event: { readonly anchorStart: number; readonly anchorEnd: number },
    node: Node,
  ): Node {
    const name = this.#name(event);
    if (name !== undefined) this.#anchors.set(name, node);
    return node;
  }

  #scalar(event: ScalarEvent): ScalarNode {
    const style = styles[event.style] ?? 'plain';
    const empty = event.valueStart < 0 || (style === 'plain' && event.valueStart === event.valueEnd);
    const place = empty ? this.#emptyPlace(event) : this.#filledPlace(event, style);
    this.#behind = place.end;
    return {
      type: 'scalar',
      ...place,
      style,
      value: empty ? '' : getScalarValue(this.#text, event),
      anchor: this.#name(event),
      tagged: event.tagStart >= 0,
      empty,
    };
  }

  /** Behind its tag or anchor, or behind the colon of its key. */
  #emptyPlace(event: ScalarEvent): Place {
    const behind = Math.max(event.tagEnd, event.anchorEnd, this.#behind);
    const colon = this.#text.slice(this.#behind).match(/^[ \t]*:/)?.[0].length ?? 0;
    const at = behind > this.#behind ? behind : this.#behind + colon;
    return { start: at, end: at };
  }

  #filledPlace(event: ScalarEvent, style: ScalarStyle): Place {
    if (style === 'single' || style === 'double')
      return { start: event.valueStart - 1, end: event.valueEnd + 1 };
    if (style === 'plain') return { start: event.valueStart, end: event.valueEnd };
    // a block scalar begins with its header: `|-`, at the end of the line above its text
    const from = Math.max(this.#behind, event.tagEnd, event.anchorEnd);
    const sign = style === 'literal' ? '|' : '>';
    return { start: this.#text.indexOf(sign, from), end: event.valueEnd };
  }

  #map(start: number, flow: boolean, anchor: string | undefined): MapNode {
    const entries: MapEntry[] = [];
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      const key = this.#node();
      entries.push({ key, value: this.#node() });
    }
    this.#at += 1;
    return { type: 'map', flow, anchor, entries, start, end: this.#close(flow, start, '}') };
  }

  #sequence(start: number, flow: boolean, anchor: string | undefined): SequenceNode {
    const items: SyntaxNode[] = [];
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) items.push(this.#node());
    this.#at += 1;
    return { type: 'sequence', flow, anchor, items, start, end: this.#close(flow, start, ']') };
  }

  /** The end of a collection: its closing bracket, or where its last part ends. */
  #close(flow: boolean, start: number, bracket: string): number {
    if (flow) {
      let at = Math.max(this.#behind, start + 1);
      while (at < this.#text.length && this.#text[at] !== bracket) {
        // between the last part and the bracket there are only spaces, commas and comments
        at = this.#text[at] === '#' ? endOfLine(this.#text, at) : at + 1;
      }
      this.#behind = at + 1;
    }
    return Math.max(this.#behind, start);
  }
}

/** The place of the line's end mark, or the end of the text. */
export function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  if (end < 0) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}

/** Where the line of a place begins. */
export function startOfLine(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the next line begins, or the end of the text. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
