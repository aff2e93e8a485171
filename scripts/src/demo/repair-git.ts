import { expectLog } from './expect-log.ts';
import type { Stage, Step, Tour } from './stage.ts';

const image = 'wardviaene/docker-nodejs-demo';
const workload = 'demo:deployment/docker-nodejs-demo';
const comment = '# the daemon moves this tag, and leaves these words alone';

/** Part 2 of the walk-through: git drifts from policy, and the daemon repairs git. */
export const repairGit: readonly Step[] = [
  {
    title: 'Somebody rolls back in git',
    async run(stage, tour) {
      const { shell, screen } = tour;
      screen.note(
        'The Deployment is automated, with the policy semver:~1.0.0; its registry has 1.0.1 and 1.0.2.',
      );
      const from = stage.log.lines.length;
      await shell.type(`cd flux-demo && git pull --quiet && \\
  sed -i.bak 's/docker-nodejs-demo:1.0.2/docker-nodejs-demo:1.0.1/' workloads/hello.yaml && \\
  git commit --quiet --message='Back to 1.0.1' workloads/hello.yaml && git push --quiet`);
      const head = await headOfClone(tour);
      await stage.callPushHook();
      await expectLog(stage, tour, from, [
        ['the commit is seen', new RegExp(`event=refreshed url=\\S+ branch=master HEAD=${head}`)],
        ['it is applied', /method=Sync .*deployment\.apps\/docker-nodejs-demo configured/],
        ['the event of the sync', new RegExp(`event="Sync: ${head.slice(0, 7)}, ${workload}"`)],
        ['the tag is moved', new RegExp(`state="tag flux" old=\\S* new=${head}`)],
      ]);
    },
  },
  {
    title: 'The daemon repairs git',
    async run(stage, tour) {
      const { shell, expect, screen } = tour;
      screen.note('By version, not by time: 1.0.2 was built before 1.0.1.');
      const before = await headOfClone(tour);
      const from = stage.log.lines.findIndex((line) => line.includes(`HEAD=${before}`));
      const lines = await expectLog(stage, tour, from, [
        ['it looks at images', /msg="polling for new images for automated workloads"/],
        [
          'it finds 1.0.2, and says why',
          /pattern=semver:~1\.0\.0 current=\S+:1\.0\.1 info="added update to automation run" new=\S+:1\.0\.2 reason="latest 1\.0\.2 \(2020-01-23 12:08:04\.619877884 \+0000 UTC\) > current 1\.0\.1 \(2020-01-23 12:29:44\.989057983 \+0000 UTC\)"/,
        ],
        ['a job begins', /jobID=\S+ state=in-progress/],
        ['one update', /jobID=\S+ type=release updates=1/],
        ['it pushed a commit', /jobID=\S+ revision=[0-9a-f]{40}/],
        ['the job is done', /jobID=\S+ state=done success=true/],
      ]);
      const revision = /revision=([0-9a-f]{40})/.exec(lines.join('\n'))?.[1] ?? '';
      await expectLog(stage, tour, 0, [
        ['the event of the commit', new RegExp(`event="Commit: ${revision.slice(0, 7)}, ${workload}"`)],
      ]);
      await shell.type(
        'cd flux-demo && git pull --quiet && git fetch --quiet origin refs/notes/flux:refs/notes/flux',
      );
      const shown = await shell.type('cd flux-demo && git show --unified=0 --format="%an: %s" HEAD');
      expect(
        'the commit says what it is',
        shown.stdout.includes(`: Auto-release ${image}:1.0.2\n`),
        shown.stdout,
      );
      const changed = shown.stdout.split('\n').filter((line) => /^[-+] /.test(line));
      const only = [
        `-          image: ${image}:1.0.1 ${comment}`,
        `+          image: ${image}:1.0.2 ${comment}`,
      ];
      expect(
        'only the tag has changed: the words behind it stay',
        changed.join('\n') === only.join('\n'),
        shown.stdout,
      );
      const note = await shell.ask('git -C flux-demo notes --ref flux show HEAD');
      expect(
        'a git note says by which job',
        /^\{"jobID":"\S+","spec":\{"type":"auto"/.test(note.stdout),
        note.stdout,
      );
    },
  },
  {
    title: 'The cluster follows',
    async run(stage, tour) {
      const { expect } = tour;
      const head = await headOfClone(tour);
      await expectLog(stage, tour, 0, [
        ['the new commit is seen', new RegExp(`event=refreshed url=\\S+ branch=master HEAD=${head}`)],
        ['one object is configured, two stay', /deployment\.apps\/docker-nodejs-demo configured/],
        ['the event of the sync', new RegExp(`event="Sync: ${head.slice(0, 7)}, ${workload}"`)],
        ['the event of the release', new RegExp(`event="Automated release of ${image}:1\\.0\\.2"`)],
        ['the tag is moved', new RegExp(`state="tag flux" old=\\S* new=${head}`)],
      ]);
      await expectAnswer(stage, tour, '1.0.2');
      expect(
        'tag and branch are one again',
        (await stage.repository.git('rev-parse', 'flux^{commit}')).trim() === head,
      );
    },
  },
  {
    title: 'Which images there are, and why this one',
    async run({ toDaemon }, { shell, expect }) {
      const list = await shell.type(`fluxctl list-images ${toDaemon} --namespace demo`);
      const rows = /'-> 1\.0\.2 +23 Jan 20 12:08 UTC\n +1\.0\.1 +23 Jan 20 12:29 UTC/;
      expect('1.0.2 runs, and 1.0.1 comes behind it', rows.test(list.stdout), list.stdout);
      const registry = await shell.type(`fluxctl registry ${toDaemon}`);
      const ok = ['fluxctl/fluxd', 'library/memcached', image].every((name) =>
        new RegExp(`^index\\.docker\\.io/${name} +ok `, 'm').test(registry.stdout),
      );
      expect('each repository of what was installed is followed', ok, registry.stdout);
      const explained = await shell.type(`fluxctl explain ${toDaemon} --workload ${workload}`);
      const names = ['semver:~1.0.0', '1.0.2', '1.0.1'].every((part) => explained.stdout.includes(part));
      expect('the daemon says why', names, explained.stdout);
    },
  },
  {
    title: 'By hand: lock it, and release another image all the same',
    async run(stage, tour) {
      const { shell, expect } = tour;
      const lock = await shell.type(
        `fluxctl lock ${stage.toDaemon} --workload ${workload} --message='Not before Monday'`,
      );
      expect('the lock is a commit', /^Commit pushed:\t[0-9a-f]{7}$/m.test(lock.stderr), lock.stderr);
      const release = await shell.type(
        `fluxctl release ${stage.toDaemon} --workload ${workload} --update-image=${image}:1.0.1 --force`,
      );
      expect(
        'the release is told',
        /success +docker-nodejs-demo: \S+:1\.0\.2 -> 1\.0\.1/.test(release.stdout),
        release.stdout,
      );
      expect('and applied', /^Commit applied:\t[0-9a-f]{7}$/m.test(release.stderr), release.stderr);
      await expectAnswer(stage, tour, '1.0.1');
      const explained = await shell.type(`fluxctl explain ${stage.toDaemon} --workload ${workload}`);
      const why = /locked by Sam <sam@users\.noreply\.github\.com>: Not before Monday/;
      expect(
        'automation leaves it alone, and says who locked it',
        why.test(explained.stdout),
        explained.stdout,
      );
    },
  },
];

/** The revision that the user has in the clone. */
async function headOfClone({ shell }: Tour): Promise<string> {
  const { stdout } = await shell.ask('git -C flux-demo rev-parse HEAD');
  return stdout.trim();
}

/** Waits for the rollout, where pods can run, and asks the service. */
async function expectAnswer(stage: Stage, { shell, expect, screen }: Tour, version: string): Promise<void> {
  if (!(await stage.hasNode())) return screen.note('This cluster has no node: nothing can run there.');
  await shell.type('kubectl -n demo rollout status deployment/docker-nodejs-demo --timeout=180s');
  const url = stage.serviceUrl('demo', 'docker-nodejs-demo');
  if (url === undefined) return;
  const { stdout } = await shell.type(`curl --silent --show-error --max-time 10 ${url}`);
  expect(`it answers as version ${version}`, stdout.includes(`Hello World (v${version})!`), stdout);
}
