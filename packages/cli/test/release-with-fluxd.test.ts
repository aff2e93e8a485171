import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleDeployment, sampleImage } from '@fluxctl/sandbox/git-host/sample-repository';
import { createWorld, type World } from '@fluxctl/sandbox/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installFluxd } from './support/install-fluxd.ts';
import { runInPty } from './support/pty.ts';
import { footer, keys } from './support/release-menu.ts';
import { hint, type Run, runFluxctl } from './support/run-fluxctl.ts';

const hello = 'demo:deployment/docker-nodejs-demo';
const file = 'workloads/hello.yaml';

/** The sample's workload, which only people release. */
const manifest = (tag: string): string =>
  sampleDeployment(tag).replace('automated: "true"', 'automated: "false"');

/** Releases by hand, with our own daemon in the sandbox, reached through the Kubernetes API. */
describe('release with fluxd in a cluster', () => {
  let world: World;
  const env = () => ({ KUBECONFIG: world.kubeconfig });
  const fluxctl = (...args: string[]): Promise<Run> =>
    runFluxctl([...args, '--k8s-fwd-ns=flux'], { env: env(), cwd: world.folder });
  const release = (...args: string[]): Promise<Run> => fluxctl('release', '--user=u', ...args);
  const image = async (): Promise<string | undefined> =>
    /image: (\S+)/.exec(await world.repository.git('show', `HEAD:${file}`))?.[1];

  /** Git and the cluster are at 1.0.1, and the daemon knows of 1.0.2. @returns the plan to go there */
  async function planned(): Promise<string> {
    await world.repository.commit({ [file]: manifest('1.0.1') });
    await fluxctl('sync');
    await world.waitForRollout('demo', 'docker-nodejs-demo');
    const { stdout } = await release(`--workload=${hello}`, '--update-all-images', '--dry-run', '-o', 'json');
    await writeFile(join(world.folder, 'plan.json'), stdout);
    return stdout;
  }

  beforeAll(async () => {
    world = await createWorld({ pace: 0.1 });
    await world.repository.commit({ [file]: manifest('1.0.1') });
    await installFluxd(world);
    world.repository.addDeployKey((await fluxctl('identity')).stdout, 'write');
    await world.waitForRollout('demo', 'docker-nodejs-demo');
    await world.waitFor('the images of the sample', async () => {
      const { stdout: images } = await fluxctl('list-images', '-w', hello);
      return images.includes('1.0.2') ? true : undefined;
    });
  }, 120_000);
  afterAll(() => world?.stop());

  it('carries out a plan, also when the branch has moved elsewhere, and follows the rollout', async () => {
    const plan = JSON.parse(await planned());
    const update = {
      Container: 'docker-nodejs-demo',
      Current: `${sampleImage}:1.0.1`,
      Target: `${sampleImage}:1.0.2`,
    };
    expect(plan).toMatchObject({ revision: await world.repository.head(), updates: { [hello]: [update] } });
    await world.repository.commit({ 'README.md': 'hello\n' });

    const run = await release('--plan=plan.json', '--watch', '--message=as planned');
    const short = (await world.repository.head()).slice(0, 7);
    expect(run.stderr).toBe(
      [
        `Submitting plan ${plan.id.slice(0, 12)} ...\n`,
        `Commit pushed:\t${short}\nCommit applied:\t${short}\n`,
        'Monitoring rollout ...\nAll workloads ready.\n',
      ].join(''),
    );
    expect(run.code).toBe(0);
    expect(run.stdout).toContain(`docker-nodejs-demo: ${sampleImage}:1.0.1 -> 1.0.2\n`);
    expect(run.stdout).toMatch(/docker-nodejs-demo:1\.0\.2 {2}ready {4}1\/1\n\n$/);
    expect(await world.repository.git('show', `HEAD:${file}`)).toBe(manifest('1.0.2'));
    expect(await world.repository.git('log', '-1', '--format=%B')).toBe('as planned\n\n');
    const note = JSON.parse(await world.repository.git('notes', '--ref=flux', 'show', 'HEAD'));
    expect(note.spec.spec.Plan).toEqual({ ID: plan.id, Revision: plan.revision });
  });

  it('refuses a plan when the image has moved meanwhile, and says how', async () => {
    await planned();
    const moved = await world.repository.commit({ [file]: manifest('1.0.2') }, { message: 'By hand' });
    const run = await release('--plan=plan.json');
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('');
    const [opening, ...told] = run.stderr.split('\n').map((line) => line.trim());
    expect(opening).toMatch(/^Submitting plan [0-9a-f]{12} \.\.\.$/);
    expect(told[0]).toBe('Nothing was written. Make a new plan: fluxctl release … --dry-run -o json');
    expect(told[1]).toMatch(
      /^Error: the plan cannot be carried out: things have changed since it was made at /,
    );
    expect(told).toContain(
      `${hello}: container docker-nodejs-demo has ${sampleImage}:1.0.2 in git, where ${sampleImage}:1.0.1 was expected`,
    );
    expect(told).toContain(`${hello}: commit ${moved.slice(0, 7)} By hand`);
    expect(await world.repository.head()).toBe(moved);
  });

  it('says why there is nothing to release', async () => {
    await planned();
    const run = await release(`--workload=${hello}`, `--update-image=${sampleImage}:1.0.1`);
    expect(run).toEqual({
      stdout: '',
      stderr: [
        'Submitting release ...\n',
        'WORKLOAD                            STATUS   UPDATES\n',
        `${hello}  skipped  image(s) up to date\n`,
        `Error: no changes made in repo\n${hint('release')}`,
      ].join(''),
      code: 1,
    });
  });

  it('fails with --watch when the new pods crash, and says so in the words of the cluster', async () => {
    await planned();
    const target = `${sampleImage}:1.0.2`;
    const mend = world.node.breakImage(target, { kind: 'crashing', exitCode: 2 });
    try {
      const run = await release(`--workload=${hello}`, `--update-image=${target}`, '--watch');
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(
        new RegExp(
          `There was a problem releasing ${hello}:\\npod docker-nodejs-demo-\\S+, container docker-nodejs-demo: `,
        ),
      );
      expect(run.stderr.endsWith(`Error: the rollout of ${hello} failed\n${hint('release')}`)).toBe(true);
    } finally {
      mend();
    }
  });

  it('releases what is chosen in the menu', async () => {
    await planned();
    const args = ['release', '--interactive', '--user=u', '--k8s-fwd-ns=flux'];
    await using run = await runInPty(args, { columns: 160, env: env(), shell: 'exec "$@" 2>err.txt' });
    const screen = await run.waitFor('the menu', (now) => now.includes(footer));
    expect(screen).toContain(`⇒ ◉ ${hello}  success  docker-nodejs-demo: ${sampleImage}:1.0.1 -> 1.0.2`);
    run.press(keys.enter);
    expect(await run.ended()).toBe(0);
    expect(await image()).toBe(`${sampleImage}:1.0.2`);
    expect(await run.file('err.txt')).toMatch(/\nCommit applied:\t[0-9a-f]{7}\n$/);
  });
});
