import type { Stage, Tour } from './stage.ts';

/** A line of the daemon's log: what it tells, and how it reads. */
export type Telling = readonly [what: string, line: RegExp];

const patienceMs = 60_000;

/**
 * Waits for lines of the log, each behind the one before.
 * @param from - index of the first line that counts
 * @returns the lines
 */
export async function expectLog(
  { log }: Stage,
  { expect, signal }: Tour,
  from: number,
  telling: readonly Telling[],
): Promise<readonly string[]> {
  const found: string[] = [];
  let next = from;
  for (const [what, pattern] of telling) {
    const { index, line } = await log.find(pattern, { from: next, withinMs: patienceMs, signal });
    expect(`log: ${what}`, /^ts=\S+ caller=\S+ /.test(line), line);
    found.push(line);
    next = index + 1;
  }
  return found;
}
