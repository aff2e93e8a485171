import { callerOf } from './caller.ts';
import { toJsonLine, toLogfmt } from './logfmt.ts';
import type { LogFields, Logger } from './logger.ts';

export interface LoggerOptions {
  /** `json`; anything else is logfmt, as in Flux v1. */
  readonly format: string;
  /** Takes one line with its newline. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970, with their fraction. */
  readonly now: () => number;
}

/** Each line has `ts` and `caller`, then the context, then its own fields. */
export function createLogger(options: LoggerOptions): Logger {
  const encode = options.format === 'json' ? toJsonLine : toLogfmt;
  const withContext = (context: LogFields): Logger => {
    const log = (fields: LogFields): void => {
      const line = { ts: timestamp(options.now()), caller: callerOf(log), ...context, ...fields };
      options.write(`${encode(line)}\n`);
    };
    return { log, with: (more) => withContext({ ...context, ...more }) };
  };
  return withContext({});
}

/** RFC 3339 in UTC to the microsecond, which is what the clock gives; as in Go, without zeros at the end. */
export function timestamp(ms: number): string {
  const microseconds = Math.round(ms * 1000);
  const seconds = new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19);
  const fraction = String(microseconds % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}
