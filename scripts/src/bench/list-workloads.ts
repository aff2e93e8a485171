import type { Measurement } from './bench.ts';
import { compare } from './compare.ts';
import { runNode } from './run-node.ts';
import { openWorkloadsScene } from './world/workloads-scene.ts';

/** `fluxctl list-workloads` of many, from start to end, beside a Node.js that asks the same daemon and prints nothing. */
export const listWorkloads: Measurement = {
  name: 'list-workloads',
  async measure(bench) {
    const { scene, count } = await bench.share(openWorkloadsScene);
    const { namespace, fluxd } = scene;
    const url = `${fluxd.api}/v11/services?namespace=${namespace}`;
    const headers = `{ headers: { accept: 'application/json' } }`;
    const get = `require('node:http').get('${url}', ${headers}, (answer) => answer.resume())`;
    const figures = await compare({
      pairs: 15,
      warmUp: 2,
      ours: () =>
        runNode(
          [bench.bundles.fluxctl, 'list-workloads', `--url=${fluxd.api}`, `--namespace=${namespace}`],
          bench.signal,
        ),
      theirs: () => runNode(['-e', get], bench.signal),
    });
    return [
      {
        what: `fluxctl list-workloads, ${count} workloads`,
        unit: 'ms',
        against: 'node with one http.get',
        ...figures,
        goal: { ratio: 2.5 },
      },
    ];
  },
};
