import type { Measurement } from './bench.ts';
import { compare } from './compare.ts';
import { runNode } from './run-node.ts';

/** How long `fluxctl version` takes from the bundle, beside a Node.js that does nothing. */
export const startUp: Measurement = {
  name: 'start-up',
  inQuick: true,
  async measure({ bundles, quick, signal }) {
    const pairs = quick ? 9 : 25;
    const figures = await compare({
      pairs,
      // Which brings the files into memory.
      warmUp: 1,
      ours: () => runNode([bundles.fluxctl, 'version'], signal),
      theirs: () => runNode(['-e', '0'], signal),
    });
    return [{ what: 'fluxctl version', unit: 'ms', against: 'node -e 0', ...figures, goal: { ratio: 1.5 } }];
  },
};
