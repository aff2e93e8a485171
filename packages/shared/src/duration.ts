import { UserError } from './errors.ts';

const unitMs = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
} as const satisfies Record<string, number>;

/** Go counts nanoseconds in 63 bits: 292 years. */
const longestMs = 2 ** 63 / 1e6;

/**
 * Reads a duration as Go writes it, `1m30s`, `1.5h`, `-2s`, bare `0`.
 * @returns milliseconds
 * @throws {UserError} in Go's words: `time: invalid duration "60"`
 */
export function parseDuration(text: string): number {
  const unsigned = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (unsigned === '0') return 0;
  let total = 0;
  let end = 0;
  for (const [text, count, unit] of unsigned.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy)) {
    total += Number(count) * unitMs[unit as keyof typeof unitMs];
    end += text.length;
  }
  if (end === unsigned.length && end > 0 && total < longestMs) return sign * total;
  throw new UserError(durationFault(text, unsigned.slice(end)));
}

function durationFault(text: string, rest: string): string {
  const quoted = JSON.stringify(text);
  const number = /^(?:\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
  if (number === undefined) return `time: invalid duration ${quoted}`;
  const unit = /^[^\d.]+/.exec(rest.slice(number.length))?.[0];
  if (unit === undefined) return `time: missing unit in duration ${quoted}`;
  return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
}

/** Writes milliseconds as Go prints a duration: `1m30s`, `1.234567s`, `41.5ms`, `0s`. */
export function formatDuration(ms: number): string {
  const nanoseconds = Math.round(Math.abs(ms) * 1e6);
  const sign = ms < 0 && nanoseconds > 0 ? '-' : '';
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${sign}${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${sign}${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${sign}${nanoseconds / 1e6}ms`;
  const hours = Math.floor(nanoseconds / 3.6e12);
  const minutes = Math.floor((nanoseconds % 3.6e12) / 6e10);
  const seconds = `${(nanoseconds % 6e10) / 1e9}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}
