import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../row.ts';
import { openStage, type Scene, type Stage } from './stage.ts';

/** A cluster that is as git has it, with many objects, and the daemon that looks after it. */
export interface SteadyScene extends AsyncDisposable {
  readonly stage: Stage;
  readonly scene: Scene;
  readonly count: number;
  readonly first: FirstSync;
}

/** How the first sync of many objects went; in milliseconds. */
export interface FirstSync {
  readonly took: number;
  /** How late the event loop was. */
  readonly p99: number;
  readonly max: number;
  /** How long the API took to answer meanwhile. */
  readonly answers: readonly number[];
}

export async function openSteadyScene(bench: Bench): Promise<SteadyScene> {
  const count = bench.quick ? 300 : 10_000;
  await using undo = new AsyncDisposableStack();
  bench.tell(`first sync of ${count} objects`);
  const stage = await bench.share(openStage);
  const scene = await setUpMany(stage, count);
  // The objects end with the cluster.
  undo.use(scene.fluxd);
  const first = await watchFirstSync(scene);
  bench.tell(`in sync after ${first.took.toFixed(0)} ms`);
  const finish = undo.move();
  return { stage, scene, count, first, [Symbol.asyncDispose]: () => finish.disposeAsync() };
}

export function setUpMany(stage: Stage, count: number, filesPerFolder: 1 | 100 = 100): Promise<Scene> {
  return stage.setUp({ count, filesPerFolder, args: ['--registry-disable-scanning'] });
}

/** Starts the daemon and asks it for this and that until everything is in sync. */
export async function watchFirstSync({ fluxd, firstSync }: Scene): Promise<FirstSync> {
  const from = await fluxd.start();
  await fluxd.ask('watch-loop');
  const done = new AbortController();
  const answers: number[] = [];
  const asking = (async () => {
    while (!done.signal.aborted) {
      for (const path of ['/v6/identity.pub', '/v12/status']) {
        const start = performance.now();
        const answer = await fetch(`${fluxd.api}${path}`, { headers: { accept: 'application/json' } });
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        answers.push(performance.now() - start);
      }
      await sleep(200);
    }
  })();
  const took = await firstSync(from);
  done.abort();
  await asking;
  const { p99, max } = await fluxd.ask('loop');
  return { took, p99, max, answers };
}
