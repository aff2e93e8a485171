import { countLines } from './documents.ts';
import { MapBuilder } from './map-builder.ts';
import { YamlFloat, type YamlMap, type YamlNode } from './node.ts';
import { NodeStack } from './node-stack.ts';
import {
  backslash,
  bar,
  closeBrace,
  closeBracket,
  colon,
  comma,
  dash,
  doubleQuote,
  endsKey,
  hash,
  indentAt,
  inKey,
  isBlank,
  isFlowIndicator,
  isQuote,
  newline,
  openBrace,
  openBracket,
  singleQuote,
  space,
  startsKey,
  startsValue,
} from './plain-characters.ts';
import { resolvePlain } from './scalar.ts';

export interface PlainDocument {
  readonly root: YamlMap;
  /** Line of the first key; counts from the first line of the text. */
  readonly line: number;
}

/**
 * Reads a document that is written as most manifests are: mappings and lists by indentation, or in
 * brackets on one line; values on one line, or in a `|` block. One pass over the text makes the nodes,
 * where js-yaml makes a list of events first. It knows no errors and remarks: a document that holds
 * anything else is left, as a whole, to the parser that knows all of YAML; what is read here, that one
 * would read alike.
 * @returns undefined for a document that is not of this kind
 */
export function readPlainDocument(text: string): PlainDocument | undefined {
  if (unusual.test(text)) return undefined;
  try {
    return new PlainReader(text.endsWith('\n') ? text : `${text}\n`).read();
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** Control characters, tabs among them, and what is no character to YAML. */
const unusual = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** One for all: nobody reads where it was thrown. */
const notPlain = new Error('not a plain document');

/** Deeper than manifests are; keeps the stack bounded. */
const maxDepth = 100;

class PlainReader {
  /** With a newline at its end. */
  readonly #text: string;
  readonly #stack = new NodeStack();
  #at = 0;
  /** Of the line at hand, or the column of the first key behind a dash; -1 behind the last line. */
  #indent = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): PlainDocument {
    this.#goToLine(0);
    if (this.#indent === 0 && this.#text.startsWith('---\n', this.#at)) this.#goToLine(this.#at + 4);
    if (this.#indent !== 0) throw notPlain;
    const line = 1 + countLines(this.#text, 0, this.#at);
    const root = this.#mapping(0, 0);
    if (this.#indent >= 0) throw notPlain;
    return { root, line };
  }

  /** At its first key. */
  #mapping(indent: number, depth: number): YamlMap {
    if (depth > maxDepth) throw notPlain;
    const map = new MapBuilder(this.#stack);
    do {
      const key = this.#key();
      // the entries of a list document are told by line
      if (depth === 0 && key === 'items') throw notPlain;
      if (map.set(key, this.#value(indent, depth))) throw notPlain;
    } while (this.#indent === indent);
    return map.build();
  }

  /** Behind the colon of a key. */
  #value(indent: number, depth: number): YamlNode {
    const code = this.#skipSpaces();
    if (code !== newline && code !== hash) return this.#inline(code, indent, depth);
    this.#endLine();
    if (this.#indent > indent) return this.#block(depth + 1);
    // a list in a mapping need not be indented further
    return this.#indent === indent && this.#isDash() ? this.#sequence(indent, depth + 1) : null;
  }

  #block(depth: number): YamlNode {
    return this.#isDash() ? this.#sequence(this.#indent, depth) : this.#mapping(this.#indent, depth);
  }

  /** At its first dash. */
  #sequence(indent: number, depth: number): readonly YamlNode[] {
    if (depth > maxDepth) throw notPlain;
    const base = this.#stack.top;
    do {
      this.#stack.push('', this.#item(indent, depth));
      if (this.#indent > indent) throw notPlain;
    } while (this.#indent === indent && this.#isDash());
    return this.#stack.takeValues(base);
  }

  #item(indent: number, depth: number): YamlNode {
    const from = this.#at;
    this.#at += 1;
    const code = this.#skipSpaces();
    if (code === newline || code === hash) {
      this.#endLine();
      return this.#indent > indent ? this.#block(depth + 1) : null;
    }
    if (!this.#isKey(code)) return this.#inline(code, indent, depth);
    this.#indent = indent + this.#at - from;
    return this.#mapping(this.#indent, depth + 1);
  }

  /** A value that begins on the line of its key or dash. */
  #inline(code: number, indent: number, depth: number): YamlNode {
    let value: YamlNode;
    if (code === bar) {
      value = this.#literal(indent);
    } else {
      value = this.#entry(code, false, depth);
      const next = this.#skipSpaces();
      if (next !== newline && (next !== hash || this.#text.charCodeAt(this.#at - 1) !== space))
        throw notPlain;
      this.#endLine();
    }
    // what is indented further would belong to the value
    if (this.#indent > indent) throw notPlain;
    return value;
  }

  /** A value on one line. */
  #entry(code: number, inBrackets: boolean, depth: number): YamlNode {
    if (code === doubleQuote || code === singleQuote) return this.#quoted(code);
    if (code === openBrace) return this.#inlineMapping(depth + 1);
    return code === openBracket ? this.#inlineSequence(depth + 1) : this.#plain(code, inBrackets);
  }

  #inlineMapping(depth: number): YamlMap {
    if (depth > maxDepth) throw notPlain;
    this.#at += 1;
    const map = new MapBuilder(this.#stack);
    for (let code = this.#skipSpaces(); code !== closeBrace; code = this.#nextEntry(closeBrace)) {
      if (map.set(this.#key(), this.#entry(this.#skipSpaces(), true, depth))) throw notPlain;
    }
    this.#at += 1;
    return map.build();
  }

  #inlineSequence(depth: number): readonly YamlNode[] {
    if (depth > maxDepth) throw notPlain;
    this.#at += 1;
    const base = this.#stack.top;
    for (let code = this.#skipSpaces(); code !== closeBracket; code = this.#nextEntry(closeBracket)) {
      this.#stack.push('', this.#entry(code, true, depth));
    }
    this.#at += 1;
    return this.#stack.takeValues(base);
  }

  /** @returns how the next entry begins, or `close` */
  #nextEntry(close: number): number {
    const code = this.#skipSpaces();
    if (code === close) return close;
    if (code !== comma) throw notPlain;
    this.#at += 1;
    const next = this.#skipSpaces();
    if (next === close) throw notPlain;
    return next;
  }

  /** Of word characters, or in quotes; goes on behind its colon. */
  #key(): string {
    const end = this.#endOfKey(this.#text.charCodeAt(this.#at));
    if (end < 0) throw notPlain;
    const key = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    if (isQuote(key.charCodeAt(0))) return key.slice(1, -1);
    if (typeof resolvePlain(key) !== 'string') throw notPlain;
    return key;
  }

  #isKey(code: number): boolean {
    return this.#endOfKey(code) >= 0;
  }

  /** Place of the colon; -1 where no key begins. */
  #endOfKey(code: number): number {
    const text = this.#text;
    let at = this.#at;
    if (isQuote(code)) {
      at = this.#endOfQuotes(code) + 1;
      if (at === 0) return -1;
    } else {
      if (startsKey[code] !== 1) return -1;
      do at += 1;
      while (inKey[text.charCodeAt(at)] === 1);
    }
    return text.charCodeAt(at) === colon && isBlank(text.charCodeAt(at + 1)) ? at : -1;
  }

  /** Place of the closing quote, where nothing in between needs another look; else -1. */
  #endOfQuotes(quote: number): number {
    const text = this.#text;
    for (let at = this.#at + 1; ; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote) return text.charCodeAt(at + 1) === quote ? -1 : at;
      if (code === newline || (code === backslash && quote === doubleQuote)) return -1;
    }
  }

  #quoted(quote: number): string {
    const end = this.#endOfQuotes(quote);
    if (end < 0) throw notPlain;
    const value = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return value;
  }

  #plain(first: number, inBrackets: boolean): YamlNode {
    const text = this.#text;
    const start = this.#at;
    if (first === dash ? startsValue[text.charCodeAt(start + 1)] !== 1 : startsValue[first] !== 1)
      throw notPlain;
    let at = start;
    let end = start;
    for (let code = first; code !== newline; code = text.charCodeAt(at)) {
      if (code === colon && endsKey(text.charCodeAt(at + 1), inBrackets)) throw notPlain;
      if (code === hash && text.charCodeAt(at - 1) === space) break;
      if (inBrackets && isFlowIndicator(code)) break;
      at += 1;
      if (code !== space) end = at;
    }
    this.#at = at;
    const value = resolvePlain(text.slice(start, end));
    if (value instanceof YamlFloat && !Number.isFinite(value.value)) throw notPlain;
    return value;
  }

  /** From its bar on, to the end of its last line. */
  #literal(indent: number): string {
    const text = this.#text;
    const strip = text.charCodeAt(this.#at + 1) === dash;
    const header = this.#at + (strip ? 2 : 1);
    const width = indentAt(text, header + 1);
    const start = header + 1 + width;
    if (text.charCodeAt(header) !== newline || width <= indent || start >= text.length) throw notPlain;
    if (text.charCodeAt(start) === newline) throw notPlain;
    let end = start;
    let at = header + 1;
    while (at < text.length) {
      const own = indentAt(text, at);
      const isEmpty = text.charCodeAt(at + own) === newline;
      if (isEmpty && own > 0) throw notPlain;
      if (!isEmpty && own < width) break;
      if (!isEmpty) end = text.indexOf('\n', at + own);
      at = isEmpty ? at + 1 : end + 1;
    }
    this.#goToLine(at);
    return text.slice(start, strip ? end : end + 1).replaceAll(`\n${' '.repeat(width)}`, '\n');
  }

  #isDash(): boolean {
    return this.#text.charCodeAt(this.#at) === dash && isBlank(this.#text.charCodeAt(this.#at + 1));
  }

  /** @returns what stands behind the spaces */
  #skipSpaces(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code === space) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    return code;
  }

  #endLine(): void {
    this.#goToLine(this.#text.indexOf('\n', this.#at) + 1);
  }

  /** Goes to the first line from here on that is not blank and no comment. */
  #goToLine(from: number): void {
    const text = this.#text;
    let at = from;
    while (at < text.length) {
      const indent = indentAt(text, at);
      const code = text.charCodeAt(at + indent);
      if (code !== newline && code !== hash) {
        this.#at = at + indent;
        this.#indent = indent;
        return;
      }
      at = text.indexOf('\n', at + indent) + 1;
    }
    this.#at = at;
    this.#indent = -1;
  }
}
