import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const arrow = ' -> ';

/** How many columns a terminal needs for it. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/**
 * The text, if it is not wider than this many columns; else its beginning, and `…`. Of an update, what
 * stands behind the arrow is kept, where there is room for it: that is what people choose.
 */
export function cutToWidth(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const at = text.lastIndexOf(arrow);
  const target = at < 0 ? '' : text.slice(at);
  const room = columns - widthOf(target);
  return room > columns / 2 ? `${beginning(text, room - 1)}…${target}` : `${beginning(text, columns - 1)}…`;
}

function beginning(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return kept;
}
