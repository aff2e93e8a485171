import {
  CHOMPING_MODE,
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  SCALAR_STYLE,
  type ScalarEvent,
} from 'js-yaml';
import type { ParsedEvents } from '../yaml/parse-events.ts';
import { endOfLine, withoutBlankLines } from './lines.ts';
import { originalEvents } from './original-events.ts';

/** A node of a document, with the place of its text; offsets are in UTF-16 units. */
export type SyntaxNode = ScalarNode | MapNode | SequenceNode | AliasNode;

interface Place {
  /** Of the tag or the anchor in front, else as `start`. */
  readonly from: number;
  /** Of the value itself, with its quotes, without tag and anchor. */
  readonly start: number;
  /**
   * Behind the last character of the value. A block scalar ends before the line break behind its last
   * line of text; where it keeps all line breaks (`|+`), behind them.
   */
  readonly end: number;
  /** Whether it stands between brackets, as part of a collection in flow style. */
  readonly inFlow: boolean;
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
  /** Spaces before the text of a block scalar; 0 where there is no text. */
  readonly indent: number;
}

export interface MapNode extends Place {
  readonly type: 'map';
  readonly flow: boolean;
  readonly anchor: string | undefined;
  readonly entries: readonly MapEntry[];
}

/** One pair of a map. */
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

/** The place of everything in a document. @param text - that was parsed into the events */
export function readSyntax(text: string, parsed: ParsedEvents): SyntaxDocument {
  return new SyntaxReader(text, originalEvents(text, parsed)).read();
}

interface Properties {
  readonly anchorStart: number;
  readonly anchorEnd: number;
  readonly tagStart: number;
  readonly tagEnd: number;
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
    const root = isDocument ? this.#node(false) : undefined;
    return { text: this.#text, root, targets: this.#targets };
  }

  #node(inFlow: boolean): SyntaxNode {
    const event = this.#events[this.#at];
    this.#at += 1;
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event, inFlow));
      case EVENT_ID.MAPPING:
        return this.#anchored(event, this.#map(event, inFlow));
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, this.#sequence(event, inFlow));
      case EVENT_ID.ALIAS: {
        const name = this.#text.slice(event.anchorStart, event.anchorEnd);
        const start = event.anchorStart - 1;
        const alias: AliasNode = { type: 'alias', name, from: start, start, end: event.anchorEnd, inFlow };
        const target = this.#anchors.get(name);
        if (target) this.#targets.set(alias, target);
        this.#behind = alias.end;
        return alias;
      }
      default:
        throw new RangeError('the document ends too early');
    }
  }

  #name(event: Properties): string | undefined {
    return event.anchorStart < 0 ? undefined : this.#text.slice(event.anchorStart, event.anchorEnd);
  }

  #anchored<Node extends SyntaxNode>(event: Properties, node: Node): Node {
    const name = this.#name(event);
    if (name !== undefined) this.#anchors.set(name, node);
    return node;
  }

  #scalar(event: ScalarEvent, inFlow: boolean): ScalarNode {
    const style = styles[event.style] ?? 'plain';
    const empty = event.valueStart < 0 || (style === 'plain' && event.valueStart === event.valueEnd);
    const place = empty && style === 'plain' ? this.#emptyPlace(event) : this.#filledPlace(event, style);
    this.#behind = place.end;
    return {
      type: 'scalar',
      from: fromOf(event, place.start),
      ...place,
      inFlow,
      style,
      value: empty ? '' : getScalarValue(this.#text, event),
      anchor: this.#name(event),
      tagged: event.tagStart >= 0,
      empty: empty && style === 'plain',
      indent: Math.max(event.indent, 0),
    };
  }

  /** Behind its tag or anchor, or behind the colon of its key. */
  #emptyPlace(event: ScalarEvent): { start: number; end: number } {
    const behind = Math.max(event.tagEnd, event.anchorEnd, this.#behind);
    const colon = /^[ \t]*:/.exec(this.#text.slice(this.#behind, this.#behind + 80))?.[0].length ?? 0;
    const at = behind > this.#behind ? behind : this.#behind + colon;
    return { start: at, end: at };
  }

  #filledPlace(event: ScalarEvent, style: ScalarStyle): { start: number; end: number } {
    if (style === 'single' || style === 'double')
      return { start: event.valueStart - 1, end: event.valueEnd + 1 };
    if (style === 'plain') return { start: event.valueStart, end: event.valueEnd };
    // a block scalar begins with its header: `|-`, at the end of the line above its text
    const sign = style === 'literal' ? '|' : '>';
    const start = this.#find(sign, Math.max(this.#behind, event.tagEnd, event.anchorEnd));
    const headerEnd = endOfLine(this.#text, start);
    if (event.valueEnd <= headerEnd) return { start, end: headerEnd };
    if (event.chomping === CHOMPING_MODE.KEEP) return { start, end: event.valueEnd };
    return { start, end: headerEnd + withoutBlankLines(this.#text.slice(headerEnd, event.valueEnd)).length };
  }

  #map(event: Properties & { readonly start: number; readonly style: number }, inFlow: boolean): MapNode {
    const { start } = event;
    const flow = event.style === COLLECTION_STYLE.FLOW;
    const entries: MapEntry[] = [];
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      const key = this.#node(inFlow || flow);
      entries.push({ key, value: this.#node(inFlow || flow) });
    }
    this.#at += 1;
    // `[a: b]` is a map in flow style that has no brackets of its own
    const end = this.#close(flow && this.#text[start] === '{', start, '}');
    return {
      type: 'map',
      flow,
      anchor: this.#name(event),
      entries,
      from: fromOf(event, start),
      start,
      end,
      inFlow,
    };
  }

  #sequence(
    event: Properties & { readonly start: number; readonly style: number },
    inFlow: boolean,
  ): SequenceNode {
    const { start } = event;
    const flow = event.style === COLLECTION_STYLE.FLOW;
    const items: SyntaxNode[] = [];
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) items.push(this.#node(inFlow || flow));
    this.#at += 1;
    const end = this.#close(flow, start, ']');
    return {
      type: 'sequence',
      flow,
      anchor: this.#name(event),
      items,
      from: fromOf(event, start),
      start,
      end,
      inFlow,
    };
  }

  /** The end of a collection: its closing bracket, or where its last part ends. */
  #close(brackets: boolean, start: number, bracket: string): number {
    if (brackets) this.#behind = this.#find(bracket, Math.max(this.#behind, start + 1)) + 1;
    return Math.max(this.#behind, start);
  }

  /** The place of a sign before which there are only spaces, commas, dashes and comments. */
  #find(sign: string, from: number): number {
    let at = from;
    while (at < this.#text.length && this.#text[at] !== sign) {
      at = this.#text[at] === '#' ? endOfLine(this.#text, at) : at + 1;
    }
    return at;
  }
}

function fromOf({ anchorStart, tagStart }: Properties, start: number): number {
  const anchor = anchorStart < 0 ? start : anchorStart - 1;
  return Math.min(anchor, tagStart < 0 ? start : tagStart, start);
}
