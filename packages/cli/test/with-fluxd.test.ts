import { createWorld, type World } from '@fluxctl/sandbox/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installFluxd } from './support/install-fluxd.ts';
import { type Run, runFluxctl } from './support/run-fluxctl.ts';

/** Our own daemon in the sandbox, installed by `fluxctl install` and reached through the Kubernetes API. */
describe('with fluxd in a cluster', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ pace: 0.1 });
    await installFluxd(world);
  }, 120_000);
  afterAll(() => world?.stop());

  const fluxctl = (...args: string[]): Promise<Run> =>
    runFluxctl(args, { env: { KUBECONFIG: world.kubeconfig } });
  const inFlux = (...args: string[]): Promise<Run> => fluxctl(...args, '--k8s-fwd-ns=flux');

  it('shows the key, refuses to sync before the key is accepted, and follows git from then on', async () => {
    const found = await fluxctl('identity');
    expect(found.stderr).toContain('Using the daemon in namespace "flux"');
    const { stdout: key } = await inFlux('identity');
    expect(key).toMatch(/^ssh-rsa \S+[^\n]*\n$/);
    expect(found.stdout).toBe(key);
    expect((await inFlux('identity', '-l')).stdout).toMatch(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}\n$/);

    const early = await inFlux('sync');
    expect(early.code).toBe(1);
    expect(early.stderr).toContain(
      'Error: git repository ssh://git@github.com/sam/flux-demo is not ready to sync',
    );

    await world.repository.addDeployKey(key, 'write');
    await world.waitFor('a ready repository', async () => {
      const { stdout } = await inFlux('status');
      return stdout.includes(' ready ') ? true : undefined;
    });
    const run = await inFlux('sync');
    const short = (await world.repository.head()).slice(0, 7);
    expect(run).toEqual({
      stdout: '',
      stderr: [
        'Synchronizing with ssh://git@github.com/sam/flux-demo\n',
        `Revision of master to apply is ${short}\n`,
        `Waiting for ${short} to be applied ...\n`,
        'Done.\n',
      ].join(''),
      code: 0,
    });
    await world.waitForRollout('demo', 'docker-nodejs-demo');
  });

  it('lists what the daemon made', async () => {
    const run = await inFlux('list-workloads', '-n', 'demo');
    expect(run.stdout).toBe(
      [
        'WORKLOAD                            CONTAINER           IMAGE                                RELEASE  POLICY\n',
        'demo:deployment/docker-nodejs-demo  docker-nodejs-demo  wardviaene/docker-nodejs-demo:1.0.2  ready    automated\n',
      ].join(''),
    );
  });

  it('reports what could not be applied, and tries it again without a new commit', async () => {
    await world.repository.commit({
      'workloads/bad.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad, namespace: demo}\nspec: {replicas: nonsense}\n',
    });
    const failed = await inFlux('sync');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('  demo:deployment/bad  workloads/bad.yaml:1\n');
    expect(failed.stderr).toMatch(/Error: 1 object of [0-9a-f]{7} could not be applied\n/);
    const again = await inFlux('sync');
    expect(again.stderr).toBe(failed.stderr);
    const allowed = await inFlux('sync', '--allow-failures');
    expect(allowed.code).toBe(0);
    expect(allowed.stderr).toMatch(/workloads\/bad\.yaml:1\n.*Done\.\n$/s);

    const status = await inFlux('status');
    expect(status.stdout).toContain('demo:deployment/bad  workloads/bad.yaml:1');
    await world.repository.commit({ 'workloads/bad.yaml': null });
    expect((await inFlux('sync')).code).toBe(0);
    expect(JSON.parse((await inFlux('status', '-o', 'json')).stdout).sources[0].lastPass.outcomes).toEqual(
      [],
    );
  });

  const hello = 'demo:deployment/docker-nodejs-demo';
  const table = (status: string): string =>
    `WORKLOAD                            STATUS   UPDATES\n${hello}  ${status}  \n`;
  const manifest = () => world.repository.read('workloads/hello.yaml');

  it('locks and unlocks in git, and says when there is nothing to change', async () => {
    const lock = ['lock', '-w', hello, '-m', 'release day', '--user', 'Ann <ann@example.com>'];
    const run = await inFlux(...lock);
    const short = (await world.repository.head()).slice(0, 7);
    expect(run).toEqual({ stdout: table('success'), stderr: `Commit pushed:\t${short}\n`, code: 0 });
    expect(await manifest()).toContain('fluxcd.io/locked_msg: "release day"');

    const again = await inFlux(...lock, '-v');
    const stderr = `Nothing to change: ${hello} is locked already.\n`;
    expect(again).toEqual({ stdout: table('skipped'), stderr, code: 0 });

    const explained = await inFlux('explain', '-w', hello);
    expect(explained.stdout).toContain('locked by Ann <ann@example.com>: release day\n');
    expect(explained.stdout).toContain(`  fluxctl unlock -w ${hello}\n`);

    expect((await inFlux('unlock', '-w', hello, '--user=')).code).toBe(0);
    expect(await manifest()).not.toContain('locked');
  });

  it('sets patterns that Flux v1 refuses, and policies that it does not have', async () => {
    const run = await inFlux(
      ...['policy', '-w', hello, '--user=', '--tag', 'docker-nodejs-demo=semver:>=1.0, <2'],
      ...['--set', 'freeze=Fri 16:00-Mon 08:00 Europe/Berlin', '--set=min-age.docker-nodejs-demo=2h'],
    );
    expect(run.stdout).toBe(table('success'));
    expect(await manifest()).toMatch(/docker-nodejs-demo: ["']?semver:>=1\.0, <2/);
    expect(await manifest()).toContain('fluxcd.io/min-age.docker-nodejs-demo: "2h"');
    const wide = await inFlux('list-workloads', '-n', 'demo', '-o', 'wide');
    expect(wide.stdout).toContain('  semver:>=1.0, <2  ');

    const bad = await inFlux('policy', '-w', hello, '--user=', '--set', 'freeze=weekends');
    expect(bad.stderr).toContain('Error: invalid policy freeze: ');
    expect(bad.code).toBe(1);
    const undo = ['policy', '-w', hello, '--user=', '--unset', 'freeze'];
    expect((await inFlux(...undo, '--unset', 'min-age.docker-nodejs-demo')).code).toBe(0);
    expect(await manifest()).not.toMatch(/freeze|min-age/);
  });

  it('tells what git does not define', async () => {
    const run = await inFlux('automate', '-w', 'demo:deployment/nobody', '--user=');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('Error: resource demo:deployment/nobody not found\n');
    const explained = await inFlux('explain', '-w', 'demo:deployment/nobody');
    expect(explained.code).toBe(1);
    expect(explained.stderr).toContain('The cluster has no workload demo:deployment/nobody');
  });

  it('lists images and repositories', async () => {
    const images = await inFlux('list-images', '-n', 'demo');
    expect(images.stdout).toContain(`${hello}  docker-nodejs-demo  wardviaene/docker-nodejs-demo  `);
    expect(images.stdout).toContain("'-> 1.0.2");
    await world.waitFor('a scan of each repository', async () =>
      (await inFlux('registry')).stdout.includes('waiting') ? undefined : true,
    );
    const { stdout, code } = await inFlux('registry');
    expect(code).toBe(0);
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3).join(' '));
    expect(rows.slice(1)).toEqual([
      'index.docker.io/fluxctl/fluxd ok 1',
      'index.docker.io/library/memcached ok 1',
      'index.docker.io/wardviaene/docker-nodejs-demo ok 2',
      '',
    ]);
  });
});
