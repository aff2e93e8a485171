import { ByteWriter } from './byte-writer.ts';
import { sortedKeys } from './key-order.ts';
import { isSequence, YamlMap, type YamlNode, type YamlScalar } from './node.ts';
import { readsAsString } from './scalar.ts';
import { scalarText } from './scalar-text.ts';
import { analyse, literalHint } from './text-style.ts';

/** Writes documents as Go's yaml.v2 does, keys sorted: the bytes that Flux v1 takes the checksum of. */
export interface YamlEncoder {
  /** The document with a newline at its end, in bytes that are good until the next call. */
  encode(root: YamlNode): Uint8Array;
}

/** To be used for many documents: it has a buffer of its own. */
export function createYamlEncoder(): YamlEncoder {
  const writer = new ByteWriter();
  return {
    encode(root) {
      writer.reset();
      const encoder = new Encoder(writer);
      encoder.node(root, 0);
      writer.endLine();
      return writer.bytes();
    },
  };
}

/** Text is folded at the first space behind this column. */
const bestWidth = 80;
const step = 2;
/** A key of more bytes than this is written as `? key`. */
const longestSimpleKey = 128;

const lineBreak = /[\n\r\u0085\u2028\u2029]/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

class Encoder {
  readonly #to: ByteWriter;

  constructor(to: ByteWriter) {
    this.#to = to;
  }

  /** Writes a node at the current place; if it is a block, its further lines at `indent`. */
  node(node: YamlNode, indent: number): void {
    if (typeof node === 'string') this.#string(node, indent + step, false);
    else if (node instanceof YamlMap) this.#mapping(node, indent);
    else if (isSequence(node)) this.#sequence(node, indent);
    else this.#to.put(scalarText(node));
  }

  #mapping(map: YamlMap, indent: number): void {
    if (map.keys.length === 0) {
      this.#to.put('{}');
      return;
    }
    let first = true;
    for (const index of sortedKeys(map)) {
      if (!first) this.#newLine(indent);
      first = false;
      const key = map.keys[index] ?? '';
      this.#pair(map.scalarKeys?.get(key) ?? key, map.values[index] ?? null, indent);
    }
  }

  #pair(key: YamlScalar, value: YamlNode, indent: number): void {
    const simple = this.#key(key, indent);
    if (!isBlock(value)) {
      this.#to.put(': ');
      this.node(value, indent);
    } else if (!simple) {
      this.#to.put(': ');
      this.node(value, indent + step);
    } else {
      this.#to.put(':');
      // a list in a mapping is not indented further
      const inner = isSequence(value) ? indent : indent + step;
      this.#newLine(inner);
      this.node(value, inner);
    }
  }

  /** @returns whether the value may follow on the same line */
  #key(key: YamlScalar, indent: number): boolean {
    if (typeof key !== 'string') {
      this.#to.put(scalarText(key));
      return true;
    }
    if (isPlainWord(key) && key.length <= longestSimpleKey && readsAsString(key)) {
      this.#to.put(key);
      return true;
    }
    const tooLong = key.length * 3 > longestSimpleKey && Buffer.byteLength(key) > longestSimpleKey;
    if (!tooLong && !lineBreak.test(key)) {
      this.#string(key, indent + step, true);
      return true;
    }
    this.#to.put('? ');
    this.#string(key, indent + step, false);
    this.#newLine(indent);
    return false;
  }

  #sequence(items: readonly YamlNode[], indent: number): void {
    if (items.length === 0) {
      this.#to.put('[]');
      return;
    }
    let first = true;
    for (const item of items) {
      if (!first) this.#newLine(indent);
      first = false;
      this.#to.put('- ');
      this.node(item, isBlock(item) ? indent + step : indent);
    }
  }

  #string(text: string, indent: number, asKey: boolean): void {
    const readable = readsAsString(text);
    if (readable && isPlainWord(text)) {
      this.#to.put(text);
      return;
    }
    const may = analyse(text);
    if (text.includes('\n') && may.block && !asKey) this.#literal(text, indent);
    else if (text.includes('\n') || !readable || base60.test(text)) this.#doubleQuoted(text, indent, asKey);
    else if (may.plain) this.#folded(text, indent, asKey, '');
    else if (may.single) this.#folded(text, indent, asKey, "'");
    else this.#doubleQuoted(text, indent, asKey);
  }

  /** Plain or in single quotes, broken where a lone space stands behind the width. */
  #folded(text: string, indent: number, asKey: boolean, quote: '' | "'"): void {
    this.#to.put(quote);
    const written = quote === '' ? text : text.replaceAll("'", "''");
    if (asKey || this.#to.column() + written.length <= bestWidth) this.#to.put(written);
    else this.#fold(text, indent, quote !== '');
    this.#to.put(quote);
  }

  #fold(text: string, indent: number, quoted: boolean): void {
    let spaces = false;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] ?? '';
      const inner = !quoted || (at > 0 && at < text.length - 1);
      if (char === ' ' && !spaces && inner && text[at + 1] !== ' ' && this.#to.column() > bestWidth) {
        this.#newLine(indent);
      } else {
        this.#to.put(quoted && char === "'" ? "''" : char);
      }
      spaces = char === ' ';
    }
  }

  #doubleQuoted(text: string, indent: number, asKey: boolean): void {
    this.#to.put('"');
    let spaces = false;
    let at = 0;
    for (const char of text) {
      const escaped = escapeOf(char);
      if (escaped !== undefined) {
        this.#to.put(escaped);
      } else if (char === ' ' && this.#mayFold(text, at, spaces, asKey)) {
        this.#newLine(indent);
        if (text[at + 1] === ' ') this.#to.put('\\');
      } else {
        this.#to.put(char);
      }
      spaces = char === ' ';
      at += char.length;
    }
    this.#to.put('"');
  }

  #mayFold(text: string, at: number, spaces: boolean, asKey: boolean): boolean {
    return !asKey && !spaces && at > 0 && at < text.length - 1 && this.#to.column() > bestWidth;
  }

  #literal(text: string, indent: number): void {
    this.#to.put(`|${literalHint(text, step)}`);
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    this.#to.breakLine();
    for (const line of lines) {
      if (line !== '') {
        this.#to.pad(indent);
        this.#to.put(line);
      }
      this.#to.breakLine();
    }
    if (last !== '') {
      this.#to.pad(indent);
      this.#to.put(last);
    }
  }

  #newLine(indent: number): void {
    this.#to.endLine();
    this.#to.pad(indent);
  }
}

/**
 * Whether text may stand without quotes, unless it reads as something else. A quick look that knows most
 * of what manifests hold: one word, that begins with a letter, a digit, `/` or `_`.
 */
function isPlainWord(text: string): boolean {
  const first = text.charCodeAt(0);
  const startsWithDigit = first >= 0x30 && first <= 0x39;
  if (!startsWithDigit && !isWordStart(first)) return false;
  let code = first;
  for (let at = 1; at < text.length; at += 1) {
    code = text.charCodeAt(at);
    if (code <= space || code > lastPrintable) return false;
    if (code === colon && startsWithDigit) return false; // may be of base 60
  }
  return code !== colon;
}

const space = 0x20;
const lastPrintable = 0x7e;
const colon = 0x3a;

function isWordStart(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || code === 0x2f || code === 0x5f;
}

function isBlock(node: YamlNode): boolean {
  if (node instanceof YamlMap) return node.keys.length > 0;
  return isSequence(node) && node.length > 0;
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\x1b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

/** How a character stands between double quotes; undefined when it stands for itself. */
function escapeOf(char: string): string | undefined {
  const short = shortEscapes.get(char);
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x20 && code <= 0x7e) return undefined;
  if (code >= 0xa0 && code < 0xfffe && code !== 0xfeff) return undefined;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).toUpperCase().padStart(width, '0');
}
