import type { YamlNode } from '../yaml/node.ts';
import { endOfLine, lineBefore } from './lines.ts';
import type { ScalarNode, ScalarStyle } from './syntax.ts';

const styles: Readonly<Record<string, ScalarStyle>> = { '"': 'double', "'": 'single' };

/**
 * The place of a value in a document that `readPlainDocument` could read, where there is no doubt about it
 * without the place of everything else: its characters, which such a document holds as they are, stand behind
 * its key and nowhere else.
 * @param value - that the key has somewhere in the document
 */
export function onlyScalar(text: string, key: string, value: YamlNode | undefined): ScalarNode | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const at = text.indexOf(value);
  if (at < 0 || text.indexOf(value, at + 1) >= 0) return undefined;
  const style = styles[text[at - 1] ?? ''] ?? 'plain';
  const quotes = style === 'plain' ? 0 : 1;
  const start = at - quotes;
  const end = at + value.length + quotes;
  const before = lineBefore(text, start).replace(/^[ -]*/, '');
  const behind = text.slice(end, endOfLine(text, end));
  if (before !== `${key}: ` || !/^ *$|^ +#/.test(behind)) return undefined;
  return {
    type: 'scalar',
    style,
    value,
    from: start,
    start,
    end,
    inFlow: false,
    anchor: undefined,
    tagged: false,
    empty: false,
    indent: 0,
  };
}
