import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneDeployment } from './one-deployment.ts';
import { createReleaseWorld, type ReleaseWorld } from './release-world.ts';

const app = 'quay.io/acme/app';

const deployment = (image: string, metadata = '') => oneDeployment('app', image, metadata);
const id = 'default:deployment/app';
const spec = { ServiceSpecs: [id], ImageSpec: '<all latest>', Kind: 'execute' };

describe('a branch that moves while a job is under way', () => {
  let world: ReleaseWorld;
  beforeAll(async () => {
    world = await createReleaseWorld({
      files: { 'app.yaml': deployment(`${app}:1`) },
      images: { [app]: { '1': '2022-01-01', '2': '2022-02-01' } },
    });
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const begin = async (image = `${app}:1`): Promise<void> => {
    await world.git.remote.commit({ 'app.yaml': deployment(image), 'other.yaml': null });
    await world.update('sync', {});
    await world.synced();
  };

  it('[daemon 64] starts over on the new head; what a colleague pushed stays', async () => {
    await begin();
    const { remote } = world.git;
    let theirs = '';
    remote.beforeNextPush(async () => {
      theirs = await remote.commit({ 'other.yaml': '# hello\n' }, { message: 'theirs' });
    });
    const { StatusString, Err, Result } = await world.update('image', spec);
    expect({ StatusString, Err }).toEqual({ StatusString: 'succeeded', Err: '' });
    expect(await remote.git('log', '-2', '--format=%H')).toBe(`${Result.revision}\n${theirs}\n`);
    expect(await remote.read('other.yaml')).toBe('# hello\n');
    expect(await remote.read('app.yaml')).toBe(deployment(`${app}:2`));
    expect((await remote.notes()).has(String(Result.revision))).toBe(true);
    expect(world.world.lines.some((line) => line.includes('warning="the branch moved; starting over"'))).toBe(
      true,
    );
  });

  it('edits what the colleague left, not what it had read', async () => {
    await begin();
    const { remote } = world.git;
    remote.duringNextPush(() =>
      remote.commit({ 'app.yaml': deployment(`${app}:1`, '\n  labels: { team: a } # theirs') }),
    );
    expect(await world.update('image', spec)).toMatchObject({ StatusString: 'succeeded' });
    expect(await remote.read('app.yaml')).toBe(deployment(`${app}:2`, '\n  labels: { team: a } # theirs'));
  });

  it('looks again whether there is anything left to do', async () => {
    await begin();
    const { remote } = world.git;
    let theirs = '';
    remote.beforeNextPush(async () => {
      theirs = await remote.commit({ 'app.yaml': deployment(`${app}:2`) });
    });
    expect(await world.update('image', spec)).toMatchObject({
      StatusString: 'failed',
      Err: 'no changes made in repo',
      Result: { result: { [id]: { Status: 'skipped', Error: 'image(s) up to date' } } },
    });
    expect(await remote.head()).toBe(theirs);
  });

  it('gives up after five attempts, and has written nothing', async () => {
    await begin();
    const { remote } = world.git;
    let pushes = 0;
    const colleague = async (): Promise<void> => {
      pushes += 1;
      remote.beforeNextPush(colleague);
      await remote.commit({ 'other.yaml': `# ${pushes}\n` });
    };
    remote.beforeNextPush(colleague);
    const { id: job, StatusString, Err, Result } = await world.update('image', spec);
    remote.beforeNextPush(() => {});
    expect(StatusString).toBe('failed');
    expect(Err).toMatch(/^gave up after 5 attempts: /);
    expect(Result.result?.[id]?.Status).toBe('success');
    const told = world.world.lines.filter(
      (line) => line.includes(`jobID=${job} `) && line.includes('starting over'),
    );
    expect(told.map((line) => /attempt=(\d)/.exec(line)?.[1])).toEqual(['1', '2', '3', '4']);
    expect(await remote.read('app.yaml')).toBe(deployment(`${app}:1`));
  });

  it('fails without a word in git when the host refuses the push', async () => {
    await begin();
    const { remote } = world.git;
    await remote.refusePushes('refs/heads/master');
    try {
      const { StatusString, Err } = await world.update('image', spec);
      expect(StatusString).toBe('failed');
      expect(Err).toContain('git push');
      expect(await remote.read('app.yaml')).toBe(deployment(`${app}:1`));
    } finally {
      await remote.refusePushes('refs/heads/master', false);
    }
  });
});
