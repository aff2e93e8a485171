import { resolvePlain } from '../yaml/scalar.ts';
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
  if (style === 'double' || hasControls(value)) return JSON.stringify(value);
  if (style === 'single') return singleQuoted(value);
  return isPlain(value, flow) ? value : singleQuoted(value);
}

/**
 * A string in the place of a scalar that is there: in its style, a block scalar in a block.
 * @param column - of the key, for a block that has no text to take its indent from
 */
export function replaceScalar(text: string, node: ScalarNode, value: string, flow: boolean): string {
  if (node.style === 'literal' || node.style === 'folded') return replaceBlock(text, node, value);
  const written = writeString(value, { style: node.style, flow });
  // a tag says what the scalar is: `!!str x:1` needs no quotes, yet they do no harm
  return node.empty ? ` ${written}` : written;
}

/** Keeps the header (`>-`, `|+`) with its comment, and the indent of the text. */
function replaceBlock(text: string, node: ScalarNode, value: string): string {
  const old = text.slice(node.start, node.end);
  const newline = old.includes('\r\n') ? '\r\n' : '\n';
  const header = old.slice(0, old.indexOf('\n') + 1);
  const body = old.slice(header.length);
  const indent = /^[ ]*(?=[^ \r\n])/m.exec(body)?.[0] ?? '';
  const trailing = /(?:\r?\n[ \t]*)*$/.exec(body)?.[0] ?? '';
  const lines = value.replace(/\n$/, '').split('\n');
  const fits =
    indent !== '' &&
    lines.every((line) => line !== '' && !/^\s|\s$/.test(line)) &&
    !hasControls(lines.join(''));
  const folds = node.style === 'folded' && lines.length > 1;
  if (!fits || folds) return `${JSON.stringify(value)}${trailing.includes('\n') ? newline : ''}`;
  return `${header}${lines.map((line) => indent + line).join(newline)}${trailing}`;
}

function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Line breaks and whatever else only double quotes can hold. */
function hasControls(value: string): boolean {
  return /[\p{Cc}\u2028\u2029\uFEFF]/u.test(value);
}

/**
 * Whether a plain scalar reads as this very string, to Kubernetes and to readers of YAML 1.2 alike.
 */
export function isPlain(value: string, flow: boolean): boolean {
  if (value === '' || /^\s|\s$/.test(value)) return false;
  if (/^[-?:](?:\s|$)/.test(value) || /^[,[\]{}#&*!|>'"%@`]/.test(value)) return false;
  if (/: |:$| #|\t/.test(value)) return false;
  if (/^(?:---|\.\.\.)(?:\s|$)/.test(value)) return false;
  if (flow && /[,[\]{}]|^[-?:]/.test(value)) return false;
  return resolvePlain(value) === value && !looksSpecial(value);
}

/** Read as a number, a date or a boolean by some reader, if not by Kubernetes. */
function looksSpecial(value: string): boolean {
  return (
    /^(?:y|n|yes|no|on|off|true|false|null|~)$/i.test(value) ||
    /^[-+]?(?:\.?\d[\d_.]*(?:e[-+]?\d+)?|0o?[0-7_]+|0x[\da-f_]+|\.inf|\.nan)$/i.test(value) ||
    /^\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?$/.test(value) ||
    /^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/.test(value)
  );
}
