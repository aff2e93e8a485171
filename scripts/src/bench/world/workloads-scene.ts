import type { Bench } from '../bench.ts';
import { openStage, type Scene } from './stage.ts';
import { untilScanned } from './until-scanned.ts';

/** A daemon that looks after many workloads, whose images it knows. */
export interface WorkloadsScene extends AsyncDisposable {
  readonly scene: Scene;
  readonly count: number;
}

export async function openWorkloadsScene(bench: Bench): Promise<WorkloadsScene> {
  const count = bench.quick ? 100 : 1_000;
  bench.tell(`first sync of ${count} workloads`);
  await using undo = new AsyncDisposableStack();
  const stage = undo.use(await openStage(bench));
  const scene = undo.use(await stage.setUp({ count, kinds: ['Deployment'] }));
  await scene.firstSync(await scene.fluxd.start());
  await untilScanned(scene, bench.signal);
  const finish = undo.move();
  return { scene, count, [Symbol.asyncDispose]: () => finish.disposeAsync() };
}
