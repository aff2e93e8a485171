import { cutToWidth, widthOf } from './cut-to-width.ts';

const eraseRestOfLine = '\u001b[K';
const eraseBelow = '\u001b[J';

/**
 * Lines of a terminal that are drawn again and again in one place, each time in one write and over what
 * was there, so that nothing flickers.
 */
export interface Frame {
  /** Lines that are too long are cut. @param columns - of the terminal now */
  draw(lines: readonly string[], columns: number): void;
}

export function createFrame(write: (text: string) => void): Frame {
  let drawn: readonly string[] = [];
  return {
    draw(lines, columns) {
      // A terminal that became narrower has broken lines in two.
      const up = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
      drawn = lines.map((line) => cutToWidth(line, columns));
      // Behind a line that fills its row, erasing would take the last character of it.
      const texts = drawn.map((line) =>
        widthOf(line) < columns ? `${line}${eraseRestOfLine}\n` : `${line}\n`,
      );
      write(`${up === 0 ? '' : `\u001b[${up}A`}${texts.join('')}${eraseBelow}`);
    },
  };
}
