import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { paintPieces, readLog, shortenLog, slicePieces } from './paint-log.ts';
import { drawPicture } from './picture.ts';

describe('a line of the log', () => {
  it.each([
    [
      'ts=2026-01-02T03:04:05.678901Z caller=loop.ts:9 component=daemon info="a b"',
      '03:04:05.678 component=daemon info="a b"',
    ],
    ['ts=2026-01-02T03:04:05.6Z caller=a.ts:1 err=null', '03:04:05.600 err=null'],
    ['no logfmt at all', 'no logfmt at all'],
  ])('is shortened to what people read: %s', (line, short) => {
    expect(shortenLog(line)).toBe(short);
  });

  const line = '03:04:05.678 component=daemon event="it = happened" err="it broke" = words err=null x';
  it('is coloured, and keeps its words', () => {
    const paint = new Chalk({ level: 1 });
    const painted = paintPieces(readLog(line), paint);
    expect(painted).toContain(paint.green('"it = happened"'));
    expect(painted).toContain(paint.yellow('"it broke"'));
    expect(painted).toContain(paint.dim('03:04:05.678 '));
    expect(stripVTControlCharacters(painted)).toBe(line);
  });

  it('can be cut anywhere', () => {
    for (let at = 0; at <= line.length; at++) {
      const pieces = readLog(line);
      const parts = [slicePieces(pieces, 0, at), slicePieces(pieces, at, line.length)];
      const texts = parts.map((part) => part.map(({ text }) => text).join(''));
      expect(texts).toEqual([line.slice(0, at), line.slice(at)]);
    }
  });
});

describe('a picture', () => {
  it('has the words and colours of the terminal', () => {
    const paint = new Chalk({ level: 1 });
    const svg = drawPicture(
      `${paint.bold('<title>')}\n\n${paint.dim('faint ')}${paint.red('a & b')} plain\n`,
    );
    expect(svg).toContain('<tspan class="b">&lt;title&gt;</tspan>');
    expect(svg).toContain(
      '<tspan class="d">faint </tspan><tspan style="fill:#ff7b72">a &amp; b</tspan><tspan> plain</tspan>',
    );
    expect(svg.match(/<text /g)).toHaveLength(2);
  });
});
