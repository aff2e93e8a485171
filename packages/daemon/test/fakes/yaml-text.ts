import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { setMember } from '../../src/manifests/yaml/to-json.ts';

/** A YAML node with every choice of how it is written made, but for the texts in its slots. */
export type WrittenNode = WrittenScalar | WrittenAlias | WrittenMap | WrittenSequence;

export const scalarStyles = ['plain', 'single', 'double', 'tagged', 'folded', 'literal'] as const;
export type WrittenStyle = (typeof scalarStyles)[number];

export interface WrittenScalar {
  readonly type: 'scalar';
  readonly style: WrittenStyle;
  /** A text, or the number of a slot. */
  readonly text: string | number;
  /** What it means, where that is not its text. */
  readonly value?: JsonValue;
  readonly anchor?: string;
}

export interface WrittenAlias {
  readonly type: 'alias';
  readonly target: WrittenScalar & { readonly anchor: string };
}

/** In brackets or, where `lines` is undefined too, in blocks. */
interface Collection {
  readonly flow: boolean;
  /** In brackets: a line for each part, the closing bracket below the key or further in. */
  readonly lines: 'one' | 'many' | 'many, closed at the margin';
  /** In brackets: a comma behind the last part. */
  readonly trailing: boolean;
}

export interface WrittenMap extends Collection {
  readonly type: 'map';
  readonly entries: readonly WrittenEntry[];
  readonly step: number;
}

export interface WrittenEntry {
  readonly key: string;
  readonly keyStyle: 'plain' | 'single' | 'double' | 'question';
  readonly value: WrittenNode;
  /** Comments and blank lines above it; none in brackets on one line. */
  readonly above: readonly string[];
  readonly comment: string;
}

export interface WrittenSequence extends Collection {
  readonly type: 'sequence';
  readonly items: readonly WrittenNode[];
  /** How far it is indented below its key. */
  readonly indent: number;
  /** Spaces behind its dashes. */
  readonly gap: number;
}

/** Stand around what is marked, in a text that has them nowhere else. */
export const marks = { start: '\uE000', end: '\uE001' } as const;

/** The text of nodes; slots are filled in. */
export class YamlText {
  readonly #slots: readonly string[];
  readonly #marked: WrittenEntry | undefined;

  /** @param marked - an entry to stand between marks: all its lines in a block, else it alone */
  constructor(slots: readonly string[], marked?: WrittenEntry) {
    this.#slots = slots;
    this.#marked = marked;
  }

  document(root: WrittenMap): string {
    return root.flow ? `${this.#flow(root, 0)}\n` : this.#map(root, 0);
  }

  /** @param behindDash - where there is no line above the first entry */
  #map({ entries, step }: WrittenMap, indent: number, behindDash = false): string {
    const pad = ' '.repeat(indent);
    return entries
      .map((entry, at) => {
        const lines = behindDash && at === 0 ? [] : entry.above;
        const above = lines.map((line) => `${line === '' ? '' : pad}${line}\n`).join('');
        const [before, behind] = entry.keyStyle === 'question' ? ['? ', `\n${pad}`] : ['', ''];
        const value = this.#behindColon(entry, indent, step);
        return above + this.#mark(entry, `${pad}${before}${keyText(entry)}${behind}:${value}`);
      })
      .join('');
  }

  #behindColon({ value, comment }: WrittenEntry, indent: number, step: number): string {
    if (value.type === 'map' && !value.flow) return `${comment}\n${this.#map(value, indent + step)}`;
    if (value.type === 'sequence' && !value.flow) {
      return `${comment}\n${this.#sequence(value, indent + value.indent)}`;
    }
    if (value.type === 'scalar' && (value.style === 'folded' || value.style === 'literal')) {
      const header = `${anchorText(value)}${value.style === 'folded' ? '>-' : '|-'}`;
      const body = this.#text(value).replaceAll(/^(?=.)/gm, ' '.repeat(indent + step));
      return ` ${header}${comment}\n${body}\n`;
    }
    return ` ${this.#flow(value, indent)}${comment}\n`;
  }

  #sequence({ items, gap }: WrittenSequence, indent: number): string {
    const dash = `${' '.repeat(indent)}-${' '.repeat(gap)}`;
    const at = indent + 1 + gap;
    return items
      .map((item) => {
        if (item.type === 'map' && !item.flow)
          return dash + this.#map(item, at, true).replace(' '.repeat(at), '');
        return `${dash}${this.#flow(item, indent)}\n`;
      })
      .join('');
  }

  #flow(node: WrittenNode, indent: number): string {
    switch (node.type) {
      case 'alias':
        return `*${node.target.anchor} `;
      case 'scalar':
        return anchorText(node) + quoted(this.#text(node), node.style);
      case 'map':
        return this.#brackets('{}', node, indent, (entry) => this.#pair(entry, indent), node.entries);
      case 'sequence':
        return this.#brackets('[]', node, indent, (item) => this.#flow(item, indent), node.items);
      default:
        return node satisfies never;
    }
  }

  #pair(entry: WrittenEntry, indent: number): string {
    return this.#mark(entry, `${keyText(entry)}: ${this.#flow(entry.value, indent)}`);
  }

  #brackets<Part>(
    [open, close]: string,
    { lines, trailing }: Collection,
    indent: number,
    write: (part: Part) => string,
    parts: readonly Part[],
  ): string {
    const comma = trailing && parts.length > 0 ? ',' : '';
    if (lines === 'one') return `${open}${parts.map(write).join(', ')}${comma}${close}`;
    const pad = ' '.repeat(indent + 3);
    const each = parts.map((part, at) => `${pad}${write(part)}${at < parts.length - 1 ? ',' : comma} # }]\n`);
    return `${open}\n${each.join('')}${' '.repeat(lines === 'many' ? indent + 1 : indent)}${close}`;
  }

  #mark(entry: WrittenEntry, text: string): string {
    return entry === this.#marked ? marks.start + text + marks.end : text;
  }

  #text({ text }: WrittenScalar): string {
    return typeof text === 'number' ? (this.#slots[text] ?? '') : text;
  }
}

/** What a node means. */
export function meaningOf(node: WrittenNode, slots: readonly string[]): JsonValue {
  switch (node.type) {
    case 'scalar':
      if (typeof node.text === 'number') return slots[node.text] ?? '';
      return node.value === undefined ? node.text : node.value;
    case 'alias':
      return meaningOf(node.target, slots);
    case 'sequence':
      return node.items.map((item) => meaningOf(item, slots));
    case 'map': {
      const object: JsonObject = {};
      for (const { key, value } of node.entries) setMember(object, key, meaningOf(value, slots));
      return object;
    }
    default:
      return node satisfies never;
  }
}

function anchorText({ anchor }: WrittenScalar): string {
  return anchor === undefined ? '' : `&${anchor} `;
}

function keyText({ key, keyStyle }: WrittenEntry): string {
  return keyStyle === 'question' ? key : quoted(key, keyStyle);
}

function quoted(text: string, style: WrittenStyle): string {
  if (style === 'single') return `'${text.replaceAll("'", "''")}'`;
  if (style === 'double') return JSON.stringify(text);
  return style === 'tagged' ? `!!str ${text}` : text;
}
