import type { Measurement } from './bench.ts';
import { summary } from './compare.ts';
import { cloneWithGit } from './world/git-clone.ts';
import { openStage } from './world/stage.ts';
import { untilScanned } from './world/until-scanned.ts';

/** A new image that very many workloads follow: one automation run, beside what git does with the same edits. */
export const automation: Measurement = {
  name: 'automation',
  async measure(bench) {
    await using stage = await openStage(bench);
    const { registry, host } = stage;
    registry.addImage('team/everywhere', '1.0.0');
    const updates = bench.quick ? 50 : 500;
    await using scene = await stage.setUp({
      count: updates * 2,
      kinds: ['Deployment', 'ConfigMap'],
      image: () => `${registry.host}/team/everywhere:1.0.0`,
      annotations: ['fluxcd.io/automated: "true"', 'fluxcd.io/tag.app: semver:~1.0'],
    });
    const { fluxd, repository } = scene;
    await scene.firstSync(await fluxd.start());
    await untilScanned(scene, bench.signal);
    await using clone = await cloneWithGit(host, repository.url);
    await fluxd.ask('forget-peak');
    const runs: Run[] = [];
    const stages = () => fluxd.metric('flux_fluxsvc_release_stage_duration_seconds_sum');
    for (let run = 1; run <= 6; run += 1) {
      const from = fluxd.log.mark();
      const before = await repository.head();
      const stagesBefore = await stages();
      registry.addImage('team/everywhere', `1.0.${run}`);
      await fetch(`${fluxd.api}/v11/notify`, {
        method: 'POST',
        body: JSON.stringify({
          Kind: 'image',
          Source: { Name: { Domain: registry.host, Image: 'team/everywhere' } },
        }),
      });
      const end = await fluxd.log.line(/ jobID=\S+ state=done success=true/, from, bench.signal);
      const begin = fluxd.log.find(/ jobID=\S+ state=in-progress/, from);
      // What changed is applied before the next one.
      await fluxd.log.line(/ state="tag flux" /, from, bench.signal);
      const made = Number(await repository.git('rev-list', '--count', `${before}..refs/heads/master`));
      const job = end.at - (begin?.at ?? Number.NaN);
      const decided = ((await stages()) - stagesBefore) * 1_000;

      await clone.git('fetch', '--quiet', 'origin');
      await clone.git('reset', '--quiet', '--hard', before);
      await clone.git('restore', '--quiet', '--source=origin/master', '.');
      const changed = (await clone.git('diff', '--name-only')).trim().split('\n').length;
      if (changed !== updates) throw new Error(`${changed} files were changed, not ${updates}`);
      const commit = await timed(() => clone.git('commit', '--quiet', '--all', '--message=the same'));
      const fetched = await timed(() => clone.git('fetch', '--quiet', 'origin'));
      const pushed = await timed(() => clone.git('push', '--quiet', 'origin', 'HEAD:by-hand'));
      await clone.git('push', '--quiet', 'origin', ':by-hand');
      bench.tell(
        `${job.toFixed(0)} ms, of it ${decided.toFixed(0)} ms up to the commit; git commit ${commit.toFixed(0)} ms`,
      );
      if (run > 1) runs.push({ job, decided, commit, whole: fetched + commit + pushed, made });
    }
    const what = `${updates} image updates in one automation run`;
    const jobs = runs.map(({ job }) => job);
    const commits = runs.map(({ commit }) => commit);
    return [
      {
        what,
        unit: 'ms',
        against: 'git commit',
        ...summary(jobs, commits),
        goal: { ratio: 3 },
        peak: (await fluxd.ask('peak')).peak,
        note: 'the whole job, its fetch and its push too',
      },
      {
        what,
        unit: 'ms',
        against: 'git fetch, commit and push',
        ...summary(
          jobs,
          runs.map(({ whole }) => whole),
        ),
        note: 'the whole job',
      },
      {
        what: `${what}: edited, proved, committed, verified`,
        unit: 'ms',
        against: 'git commit',
        ...summary(
          runs.map(({ decided }) => decided),
          commits,
        ),
        note: 'without fetch and push',
      },
      {
        what,
        unit: 'commits',
        ours: Math.max(...runs.map(({ made }) => made)),
        goal: { exactly: 1 },
        runs: runs.length,
      },
    ];
  },
};

/** One automation run, and the same by hand; in milliseconds. */
interface Run {
  /** From its begin to its end. */
  readonly job: number;
  /** Of it, all between fetch and push. */
  readonly decided: number;
  readonly commit: number;
  readonly whole: number;
  /** How many commits there were. */
  readonly made: number;
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
