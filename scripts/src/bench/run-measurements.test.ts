import { describe, expect, it } from 'vitest';
import type { Bench, Measurement } from './bench.ts';
import type { Row } from './row.ts';
import { runMeasurements } from './run-measurements.ts';

const row = (what: string, more: Partial<Row> = {}): Row => ({ what, unit: 'ms', ours: 1, runs: 5, ...more });

/** Runs groups, and tells what happened. */
async function run(groups: readonly (readonly Measurement[])[], quick = false): Promise<readonly string[]> {
  const seen: string[] = [];
  await runMeasurements(groups, {
    bundles: { fluxctl: '', fluxd: '' },
    quick,
    signal: new AbortController().signal,
    tell: (doing) => void seen.push(`tells ${doing}`),
    taken: (name, rows) => void seen.push(`${name} gave ${rows.map(({ what }) => what).join(', ')}`),
    failed: (name, error) => void seen.push(`${name} failed: ${String(error)}`),
  });
  return seen;
}

describe('runMeasurements', () => {
  it('goes on after one that fails', async () => {
    const failing: Measurement = { name: 'a', measure: () => Promise.reject(new Error('no cluster')) };
    const other: Measurement = { name: 'b', measure: () => Promise.resolve([row('figure')]) };
    expect(await run([[failing, other]])).toEqual([
      'tells a',
      'a failed: Error: no cluster',
      'tells b',
      'b gave figure',
    ]);
  });

  it('opens what a group shares once, tries again what could not be opened, and closes it with the group', async () => {
    const happened: string[] = [];
    const openScene = async (): Promise<AsyncDisposable> => {
      happened.push('open');
      if (happened.length === 1) throw new Error('not yet');
      return { [Symbol.asyncDispose]: async () => void happened.push('close') };
    };
    const measure = (name: string): Measurement => ({
      name,
      async measure(bench: Bench) {
        await bench.share(openScene);
        happened.push(name);
        return [];
      },
    });
    await run([[measure('a'), measure('b'), measure('c')], [measure('d')]]);
    expect(happened).toEqual(['open', 'open', 'b', 'c', 'close', 'open', 'd', 'close']);
  });

  it('gives counts and ratios when it has to be quick, as times say little then', async () => {
    const rows = [row('time'), row('ratio', { ratio: 2 }), row('count', { unit: 'requests' })];
    const group: Measurement[] = [{ name: 'a', measure: () => Promise.resolve(rows) }];
    expect(await run([group], true)).toContain('a gave ratio, count');
    expect(await run([group])).toContain('a gave time, ratio, count');
  });
});
