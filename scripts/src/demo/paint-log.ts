import type { ChalkInstance } from 'chalk';

/** Keys whose value tells what happened; the rest says when and where. */
const telling = new Set(['event', 'state', 'info', 'output', 'method', 'msg']);
const alarming = new Set(['err', 'error', 'warning', 'warn']);
const pair = /([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|\S*)/g;

/** Colours a logfmt line: what happened stands out, errors more so. */
export function paintLog(line: string, paint: ChalkInstance): string {
  return line.replace(
    pair,
    (_, key: string, value: string) => `${paint.dim(`${key}=`)}${paintValue(key, value, paint)}`,
  );
}

function paintValue(key: string, value: string, paint: ChalkInstance): string {
  if (alarming.has(key)) return value === 'null' ? paint.dim(value) : paint.yellow(value);
  if (key === 'ts' || key === 'caller') return paint.dim(value);
  return telling.has(key) ? paint.green(value) : value;
}
