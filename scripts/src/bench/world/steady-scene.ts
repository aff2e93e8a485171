import type { Bench } from '../bench.ts';
import { openStage, type Scene, type Stage } from './stage.ts';
import { lookAtWorkloads } from './until-scanned.ts';

/** A cluster that is as git has it, and the daemon that looks after it. */
export interface SteadyScene extends AsyncDisposable {
  readonly stage: Stage;
  readonly scene: Scene;
  readonly count: number;
  /** How long the first sync took, in milliseconds. */
  readonly firstSync: number;
}

/** With many objects. */
export async function openSteadyScene(bench: Bench): Promise<SteadyScene> {
  return syncAll(await bench.share(openStage), bench.quick ? 300 : 10_000, bench);
}

/** Images are not scanned, as pull secrets are asked for then, and would be counted. */
export async function syncAll(stage: Stage, count: number, { signal, tell }: Bench): Promise<SteadyScene> {
  await using undo = new AsyncDisposableStack();
  tell(`first sync of ${count} objects`);
  const scene = await stage.setUp({ count, filesPerFolder: 100, args: ['--registry-disable-scanning'] });
  // The objects end with the cluster.
  undo.use(scene.fluxd);
  const firstSync = await scene.firstSync(await scene.fluxd.start());
  // What it asks for once is not counted later.
  await lookAtWorkloads(scene, signal);
  tell(`in sync after ${firstSync.toFixed(0)} ms`);
  const finish = undo.move();
  return { stage, scene, count, firstSync, [Symbol.asyncDispose]: () => finish.disposeAsync() };
}
