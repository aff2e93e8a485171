import type { Measurement } from './bench.ts';
import { summary } from './compare.ts';
import { cloneWithGit } from './world/git-clone.ts';
import { openStage } from './world/stage.ts';
import { untilScanned } from './world/until-scanned.ts';

/** A new image that very many workloads follow: one automation run, beside git's own commit of the same edits. */
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
    const [ours, theirs, commits]: [number[], number[], number[]] = [[], [], []];
    for (let run = 1; run <= 6; run += 1) {
      const from = fluxd.log.mark();
      const before = await repository.head();
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
      const took = end.at - (begin?.at ?? Number.NaN);

      await clone.git('fetch', '--quiet', 'origin');
      await clone.git('reset', '--quiet', '--hard', before);
      await clone.git('restore', '--quiet', '--source=origin/master', '.');
      const changed = (await clone.git('diff', '--name-only')).trim().split('\n').length;
      if (changed !== updates) throw new Error(`${changed} files were changed, not ${updates}`);
      const start = performance.now();
      await clone.git('commit', '--quiet', '--all', '--message=the same');
      const byGit = performance.now() - start;
      bench.tell(`${took.toFixed(0)} ms, git commit ${byGit.toFixed(0)} ms`);
      if (run === 1) continue;
      ours.push(took);
      theirs.push(byGit);
      commits.push(made);
    }
    const what = `${updates} image updates in one automation run`;
    return [
      {
        what,
        unit: 'ms',
        against: 'git commit',
        ...summary(ours, theirs),
        goal: { ratio: 3 },
        peak: (await fluxd.ask('peak')).peak,
        note: 'the whole job, its fetch and its push too',
      },
      {
        what,
        unit: 'commits',
        ours: Math.max(...commits),
        goal: { exactly: 1 },
        runs: commits.length,
      },
    ];
  },
};
