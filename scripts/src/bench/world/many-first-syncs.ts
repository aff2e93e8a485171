import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { openStage, type Scene } from './stage.ts';
import { lookAtAll } from './until-scanned.ts';

/** What was seen of a daemon that applied very many objects, scanned their images and then had nothing to do. */
export interface FirstSyncSeen {
  /** In milliseconds. */
  readonly took: number;
  /** How late the event loop was meanwhile, in milliseconds. */
  readonly p99: number;
  readonly max: number;
  /** How long the API took to answer meanwhile, in milliseconds. */
  readonly answers: readonly number[];
  /** Memory, in megabytes: when all is done, after a collection; of that the heap; and ever. */
  readonly rss: number;
  readonly heap: number;
  readonly peak: number;
}

/** First syncs of very many objects, each into an empty cluster. */
export interface ManyFirstSyncs extends AsyncDisposable {
  readonly count: number;
  readonly seen: readonly FirstSyncSeen[];
}

export async function watchFirstSyncs(bench: Bench): Promise<ManyFirstSyncs> {
  const [count, runs] = bench.quick ? [300, 2] : [10_000, 5];
  const seen: FirstSyncSeen[] = [];
  while (seen.length < runs) {
    await using stage = await openStage(bench);
    const scene = await stage.setUp({ count, filesPerFolder: seen.length % 2 === 0 ? 100 : 1 });
    // The objects end with the cluster.
    await using _ = scene.fluxd;
    const one = await watchFirstSync(scene, bench.signal);
    bench.tell(
      `first sync of ${count} objects: ${one.took.toFixed(0)} ms, ${one.rss.toFixed(0)} MB, peak ${one.peak.toFixed(0)} MB`,
    );
    seen.push(one);
  }
  return { count, seen, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function watchFirstSync(scene: Scene, signal: AbortSignal): Promise<FirstSyncSeen> {
  const { fluxd } = scene;
  const from = await fluxd.start();
  await fluxd.ask('watch-loop');
  const done = new AbortController();
  const asking = askUntil(done.signal, fluxd.api);
  const took = await scene.firstSync(from);
  done.abort();
  const answers = await asking;
  const { p99, max } = await fluxd.ask('loop');
  await lookAtAll(scene, signal);
  const { rss, heap, peak } = await fluxd.ask('memory');
  return { took, p99, max, answers, rss, heap, peak };
}

/** Asks the daemon for this and that. @returns how long each answer took */
async function askUntil(done: AbortSignal, api: string): Promise<readonly number[]> {
  const answers: number[] = [];
  while (!done.aborted) {
    for (const path of ['/v6/identity.pub', '/v12/status']) {
      const start = performance.now();
      const answer = await fetch(`${api}${path}`, { headers: { accept: 'application/json' } });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      answers.push(performance.now() - start);
    }
    await sleep(200);
  }
  return answers;
}
