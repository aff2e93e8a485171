import type { ChalkInstance } from 'chalk';

/** Keys whose value tells what happened; the rest says where. */
const telling = new Set(['event', 'state', 'info', 'output', 'method', 'msg']);
const alarming = new Set(['err', 'error', 'warning', 'warn']);
const pair = /([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|\S*)/g;
const beginning = /^ts=\d+-\d+-\d+T(\d+:\d+:\d+(?:\.\d{1,3})?)\d*Z caller=\S+ /;

/** A line of the log for people: the time alone of `ts`, without `caller`, which is for developers. */
export function shortenLog(line: string): string {
  return line.replace(beginning, (_, time: string) => `${time.padEnd('00:00:00.000'.length, '0')} `);
}

/** Colours a logfmt line: what happened stands out, errors more so. */
export function paintLog(line: string, paint: ChalkInstance): string {
  const [time = ''] = /^[\d:.]+ /.exec(line) ?? [];
  const painted = line
    .slice(time.length)
    .replace(pair, (_, key: string, value: string) => paint.dim(`${key}=`) + paintValue(key, value, paint));
  return time === '' ? painted : paint.dim(time) + painted;
}

function paintValue(key: string, value: string, paint: ChalkInstance): string {
  if (alarming.has(key)) return value === 'null' ? paint.dim(value) : paint.yellow(value);
  return telling.has(key) ? paint.green(value) : value;
}
