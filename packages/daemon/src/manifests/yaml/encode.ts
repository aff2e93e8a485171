import { sortedKeys } from './key-order.ts';
import { YamlMap, type YamlNode, type YamlScalar } from './node.ts';
import { readsAsString } from './scalar.ts';
import { scalarText } from './scalar-text.ts';
import { analyse, literalHint } from './text-style.ts';

/**
 * Writes a document as Go's yaml.v2 does, keys sorted: the bytes that Flux v1 takes the checksum of.
 * @returns the text, with a newline at its end
 */
export function encodeYaml(root: YamlNode): string {
  const encoder = new Encoder();
  encoder.node(root, 0);
  return encoder.finish();
}

/** Text is folded at the first space behind this column. */
const bestWidth = 80;
const step = 2;
/** A key of more bytes than this is written as `? key`. */
const longestSimpleKey = 128;

/** Text that is plain unless it reads as something else: most of what manifests hold. */
const plainWord = /^[A-Za-z0-9/_.][A-Za-z0-9/_.-]*$/;
const lineBreak = /[\n\r\u0085\u2028\u2029]/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

class Encoder {
  #out = '';
  /** Length of `#out` where the current line starts. */
  #lineStart = 0;

  finish(): string {
    this.#endLine();
    return this.#out;
  }

  /** Writes a node at the current place; if it is a block, its further lines at `indent`. */
  node(node: YamlNode, indent: number): void {
    if (typeof node === 'string') this.#string(node, indent + step, false);
    else if (node instanceof YamlMap) this.#mapping(node, indent);
    else if (Array.isArray(node)) this.#sequence(node, indent);
    else this.#out += scalarText(node);
  }

  #mapping(map: YamlMap, indent: number): void {
    if (map.keys.length === 0) {
      this.#out += '{}';
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
      this.#out += ': ';
      this.node(value, indent);
    } else if (!simple) {
      this.#out += ': ';
      this.node(value, indent + step);
    } else {
      this.#out += ':';
      // a list in a mapping is not indented further
      const inner = Array.isArray(value) ? indent : indent + step;
      this.#newLine(inner);
      this.node(value, inner);
    }
  }

  /** @returns whether the value may follow on the same line */
  #key(key: YamlScalar, indent: number): boolean {
    if (typeof key !== 'string') {
      this.#out += scalarText(key);
      return true;
    }
    const tooLong = key.length * 3 > longestSimpleKey && Buffer.byteLength(key) > longestSimpleKey;
    if (!tooLong && !lineBreak.test(key)) {
      this.#string(key, indent + step, true);
      return true;
    }
    this.#out += '? ';
    this.#string(key, indent + step, false);
    this.#newLine(indent);
    return false;
  }

  #sequence(items: readonly YamlNode[], indent: number): void {
    if (items.length === 0) {
      this.#out += '[]';
      return;
    }
    let first = true;
    for (const item of items) {
      if (!first) this.#newLine(indent);
      first = false;
      this.#out += '- ';
      this.node(item, isBlock(item) ? indent + step : indent);
    }
  }

  #string(text: string, indent: number, asKey: boolean): void {
    const readable = readsAsString(text);
    if (readable && plainWord.test(text)) {
      // `...` may begin a document's end
      if (!text.startsWith('...')) {
        this.#out += text;
        return;
      }
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
    this.#out += quote;
    const written = quote === '' ? text : text.replaceAll("'", "''");
    if (asKey || this.#column() + written.length <= bestWidth) this.#out += written;
    else this.#fold(text, indent, quote !== '');
    this.#out += quote;
  }

  #fold(text: string, indent: number, quoted: boolean): void {
    let spaces = false;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] ?? '';
      const inner = !quoted || (at > 0 && at < text.length - 1);
      if (char === ' ' && !spaces && inner && text[at + 1] !== ' ' && this.#column() > bestWidth) {
        this.#newLine(indent);
      } else {
        this.#out += quoted && char === "'" ? "''" : char;
      }
      spaces = char === ' ';
    }
  }

  #doubleQuoted(text: string, indent: number, asKey: boolean): void {
    this.#out += '"';
    let spaces = false;
    let at = 0;
    for (const char of text) {
      const escaped = escapeOf(char);
      if (escaped !== undefined) {
        this.#out += escaped;
      } else if (char === ' ' && this.#mayFold(text, at, spaces, asKey)) {
        this.#newLine(indent);
        if (text[at + 1] === ' ') this.#out += '\\';
      } else {
        this.#out += char;
      }
      spaces = char === ' ';
      at += char.length;
    }
    this.#out += '"';
  }

  #mayFold(text: string, at: number, spaces: boolean, asKey: boolean): boolean {
    return !asKey && !spaces && at > 0 && at < text.length - 1 && this.#column() > bestWidth;
  }

  #literal(text: string, indent: number): void {
    this.#out += `|${literalHint(text, step)}`;
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    this.#breakLine();
    for (const line of lines) {
      if (line !== '') this.#out += padding(indent) + line;
      this.#breakLine();
    }
    if (last !== '') this.#out += padding(indent) + last;
  }

  #newLine(indent: number): void {
    this.#endLine();
    this.#out += padding(indent);
  }

  #endLine(): void {
    if (this.#out.length > this.#lineStart) this.#breakLine();
  }

  #breakLine(): void {
    this.#out += '\n';
    this.#lineStart = this.#out.length;
  }

  #column(): number {
    return this.#out.length - this.#lineStart;
  }
}

function isBlock(node: YamlNode): boolean {
  if (node instanceof YamlMap) return node.keys.length > 0;
  return Array.isArray(node) && node.length > 0;
}

const paddings: readonly string[] = Array.from({ length: 41 }, (_, width) => ' '.repeat(width));

function padding(width: number): string {
  return paddings[width] ?? ' '.repeat(width);
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
