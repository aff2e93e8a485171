import { readsAsString } from '../yaml/scalar.ts';
import { withoutBlankLines } from './lines.ts';
import type { ScalarNode, ScalarStyle } from './syntax.ts';

/** Where a scalar is to stand. */
export interface ScalarSite {
  /** The style of the value that it replaces, or of its neighbours. */
  readonly style: ScalarStyle;
  /** Between brackets, where more characters need quotes. */
  readonly flow: boolean;
}

/** A string as it is written in a style, or in quotes where the style cannot hold it. Always one line. */
export function writeString(value: string, { style, flow }: ScalarSite): string {
  if (style === 'double' || needsEscapes(value)) return doubleQuoted(value);
  if (style === 'single') return singleQuoted(value);
  return isPlain(value, flow) ? value : singleQuoted(value);
}

/** A string in the place of a scalar that is there: in its style, a block scalar in a block where it fits. */
export function replaceScalar(text: string, node: ScalarNode, value: string): string {
  const block =
    node.style === 'literal' || node.style === 'folded' ? blockText(text, node, value) : undefined;
  if (block !== undefined) return block;
  const written = writeString(value, { style: node.style, flow: node.inFlow });
  if (node.empty) return ` ${written}`;
  // a block scalar that keeps its line breaks ends behind them, a scalar in quotes does not
  return /^[|>][\s\S]*\n$/.test(text.slice(node.start, node.end)) ? `${written}\n` : written;
}

/**
 * Keeps the header (`>-`, with its comment) but for how it ends the text, and the indent.
 * @returns undefined where the value cannot stand in such a block
 */
function blockText(text: string, node: ScalarNode, value: string): string | undefined {
  const old = text.slice(node.start, node.end);
  const newline = old.includes('\r\n') ? '\r\n' : '\n';
  const header = /^[|>][^\r\n]*/.exec(old)?.[0] ?? '';
  const body = value.endsWith('\n') ? value.slice(0, -1) : value;
  const lines = body.split('\n');
  const foldable = lines.every((line) => !/^[ \t]/.test(line));
  const fits =
    node.indent > 0 &&
    !/^[ \t\n]|\n$/.test(body) &&
    body !== '' &&
    !needsEscapes(lines.join('')) &&
    (node.style === 'literal' || foldable);
  if (!fits) return undefined;
  const folded = node.style === 'folded' ? body.replaceAll(/\n+/g, '$&\n').split('\n') : lines;
  const chomped = header.replace(/^([|>]\d?)[-+]?(\d?)/, `$1${value.endsWith('\n') ? '' : '-'}$2`);
  const indent = ' '.repeat(node.indent);
  const written = [chomped, ...folded.map((line) => (line === '' ? '' : indent + line))].join(newline);
  // line breaks behind the text, which count under `|+` and not under what it becomes
  return written + old.slice(withoutBlankLines(old).length);
}

function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function doubleQuoted(value: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replaceAll(/[\x7f-\x9f\u2028\u2029\uFEFF]/g, escaped);
}

/** Line breaks and whatever else only double quotes can hold. */
function needsEscapes(value: string): boolean {
  return /[\p{Cc}\p{Cs}\u2028\u2029\uFEFF\uFFFE\uFFFF]/u.test(value);
}

/** Whether a plain scalar reads as this very string, to Kubernetes and to other readers of YAML alike. */
function isPlain(value: string, flow: boolean): boolean {
  if (value === '' || /^\s|\s$/.test(value)) return false;
  if (/^[-?:](?:\s|$)/.test(value) || /^[,[\]{}#&*!|>'"%@`]/.test(value)) return false;
  if (/: |:$|\s#|\t/.test(value)) return false;
  if (/^(?:---|\.\.\.)/.test(value) || value === '<<' || value === '=') return false;
  if (flow && /[,[\]{}]|^[-?:]|:$/.test(value)) return false;
  return readsAsString(value) && !looksSpecial(value);
}

/** Read as a number, a date or a boolean by some reader, if not by Kubernetes. */
function looksSpecial(value: string): boolean {
  return (
    /^(?:y|n|yes|no|on|off|true|false|null|~)$/i.test(value) ||
    /^[-+]?(?:(?:\d[\d_]*\.?|\.\d)[\d_]*(?:e[-+]?\d+)?|0o?[0-7_]+|0b[01_]+|0x[\da-f_]+|\.inf|\.nan)$/i.test(
      value,
    ) ||
    /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?$/.test(value) ||
    /^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/.test(value)
  );
}
