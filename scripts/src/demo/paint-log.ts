import type { ChalkInstance } from 'chalk';

type Style = 'faint' | 'plain' | 'telling' | 'alarming';

/** A part of a line in one style. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** Keys whose value tells what happened; the rest says where. */
const telling = new Set(['event', 'state', 'info', 'output', 'method', 'msg']);
const alarming = new Set(['err', 'error', 'warning', 'warn']);
const parts = /^[\d:.]+ |([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|\S*)|[^=\s]+|\s+|=/g;
const beginning = /^ts=\d+-\d+-\d+T(\d+:\d+:\d+(?:\.\d{1,3})?)\d*Z caller=\S+ /;

/** A line of the log for people: the time alone of `ts`, without `caller`, which is for developers. */
export function shortenLog(line: string): string {
  return line.replace(beginning, (_, time: string) => `${time.padEnd('00:00:00.000'.length, '0')} `);
}

/** Takes a shortened logfmt line apart: what happened is to stand out, errors more so. */
export function readLog(line: string): readonly Piece[] {
  return [...line.matchAll(parts)].flatMap(([text, key, value]): readonly Piece[] => {
    if (key === undefined || value === undefined)
      return [{ text, style: /^[\d:.]+ $/.test(text) ? 'faint' : 'plain' }];
    return [
      { text: `${key}=`, style: 'faint' },
      { text: value, style: styleOf(key, value) },
    ];
  });
}

function styleOf(key: string, value: string): Style {
  if (alarming.has(key)) return value === 'null' ? 'faint' : 'alarming';
  return telling.has(key) ? 'telling' : 'plain';
}

/** The characters from `start` up to `end` of what the pieces say together. */
export function slicePieces(pieces: readonly Piece[], start: number, end: number): readonly Piece[] {
  let at = 0;
  return pieces.flatMap(({ text, style }) => {
    const shown = text.slice(Math.max(0, start - at), Math.max(0, end - at));
    at += text.length;
    return shown === '' ? [] : [{ text: shown, style }];
  });
}

export function paintPieces(pieces: readonly Piece[], paint: ChalkInstance): string {
  const paints = {
    faint: paint.dim,
    plain: (text: string) => text,
    telling: paint.green,
    alarming: paint.yellow,
  } satisfies Record<Style, (text: string) => string>;
  return pieces.map(({ text, style }) => paints[style](text)).join('');
}
