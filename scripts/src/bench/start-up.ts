import { spawn } from 'node:child_process';
import type { Measurement } from './row.ts';
import { median } from './statistics.ts';

/** Pairs of runs, after one that nobody counts, which brings the files into memory. */
const pairs = 25;
const goal = 1.5;

/**
 * How long `fluxctl version` takes from the bundle, beside a Node.js that does nothing.
 * @param bundle - path of `fluxctl.mjs`
 */
export function startUp(bundle: string): Measurement {
  return async (signal) => {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run <= pairs; run++) {
      const bare = await timeOf(['-e', '0'], signal);
      const version = await timeOf([bundle, 'version'], signal);
      if (run === 0) continue;
      theirs.push(bare);
      ours.push(version);
    }
    return {
      what: 'fluxctl version',
      against: 'node -e 0',
      ours: median(ours),
      theirs: median(theirs),
      ratio: median(ours.map((time, index) => time / (theirs[index] ?? Number.NaN))),
      goal,
      runs: pairs,
    };
  };
}

/** Milliseconds from start to end of a Node.js process. */
async function timeOf(args: readonly string[], signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore', signal });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`node ${args.join(' ')} ended with ${code}`)),
    );
  });
  return performance.now() - start;
}
