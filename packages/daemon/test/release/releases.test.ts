import type { JobStatus as Done } from '@fluxctl/shared/api/types';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../front-door/start-fluxd.ts';
import { createReleaseWorld, type ReleaseWorld } from './release-world.ts';

const hello = 'quay.io/acme/hello';
const sidecar = 'quay.io/acme/sidecar';

function deployment(
  name: string,
  containers: Readonly<Record<string, string>>,
  annotations: readonly string[] = [],
) {
  const lines = annotations.map((line) => `\n    ${line}`).join('');
  const list = Object.entries(containers)
    .map(([container, image]) => `        - name: ${container}\n          image: ${image} # ${container}\n`)
    .join('');
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${annotations.length > 0 ? `\n  annotations:${lines}` : ''}
spec:
  template:
    spec:
      containers:
${list}`;
}

const files = {
  'helloworld.yaml': deployment('helloworld', {
    greeter: `${hello}:master-a000001`,
    sidecar: `${sidecar}:master-a000001`,
  }),
  'locked.yaml': deployment('locked', { c: 'quay.io/acme/locked:1' }, ['fluxcd.io/locked: "true"']),
  'semver.yaml': deployment('semver', { greeter: `${hello}:master-a000001` }, [
    'fluxcd.io/tag.greeter: semver:*',
    'fluxcd.io/ignore: "true"',
  ]),
};
const images = {
  [hello]: { '3.0.0': '2022-01-01', 'master-a000001': '2022-02-01', 'master-a000002': '2022-03-01' },
  [sidecar]: { 'master-a000001': '2022-02-01', 'master-a000002': '2022-03-01' },
  'quay.io/acme/locked': { '1': '2022-01-01', '2': '2022-02-01' },
};
const id = (name: string) => `default:deployment/${name}`;
const release = (ServiceSpecs: readonly string[], more: object = {}) => ({
  ServiceSpecs,
  ImageSpec: '<all latest>',
  Kind: 'execute',
  Excludes: null,
  Force: false,
  ...more,
});
const ignored = (why: string) => ({ Status: 'ignored', Error: why, PerContainer: null });
const skipped = (why: string) => ({ Status: 'skipped', Error: why, PerContainer: null });
const change = (Container: string, image: string) => ({
  Container,
  Current: `${image}:master-a000001`,
  Target: `${image}:master-a000002`,
});
const greeter = change('greeter', hello);
const both = [greeter, change('sidecar', sidecar)];

describe('releases', () => {
  let world: ReleaseWorld;
  let start: string;
  beforeAll(async () => {
    world = await createReleaseWorld({ files, images });
    start = await world.git.remote.head();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  afterEach(async () => {
    if ((await world.git.remote.head()) !== start) start = await world.git.remote.commit(files);
    await world.update('sync', {});
    await world.synced();
  });

  it.each([
    {
      n: '[manifests C1]',
      spec: release([id('helloworld')]),
      results: { helloworld: both, locked: ignored('not included'), semver: ignored('not included') },
      message: `Release all latest to ${id('helloworld')}\n`,
    },
    {
      n: '[manifests C2]',
      spec: release(['<all>'], { Excludes: [id('locked')] }),
      results: {
        helloworld: both,
        locked: ignored('excluded'),
        semver: skipped('not accessible in cluster'),
      },
      message: 'Release all latest to all\n',
    },
    {
      n: '[manifests C3] [daemon 42]',
      spec: release(['<all>'], { ImageSpec: `${hello}:master-a000002` }),
      results: {
        helloworld: [greeter],
        locked: ignored('a different image'),
        semver: skipped('not accessible in cluster'),
      },
      message: `Release ${hello}:master-a000002 to all\n`,
    },
    {
      n: '[manifests C4]',
      spec: release(['<all>']),
      results: { helloworld: both, locked: skipped('locked'), semver: skipped('not accessible in cluster') },
      message: 'Release all latest to all\n',
    },
    {
      n: '[manifests C5]',
      spec: release([id('helloworld'), '<all>']),
      results: { helloworld: both, locked: skipped('locked'), semver: skipped('not accessible in cluster') },
      message: `Release all latest to ${id('helloworld')}, all\n`,
    },
  ])(
    '$n [api 20] changes what it says, and tells it in the job, the commit, the note and the log',
    async ({ spec, results, message }) => {
      const {
        git,
        world: { lines },
      } = world;
      const { id: job, StatusString, Err, Result } = await world.update('image', spec);
      expect({ StatusString, Err }).toEqual({ StatusString: 'succeeded', Err: '' });
      const expected = Object.fromEntries(
        Object.entries(results).map(([name, result]) => [
          id(name),
          Array.isArray(result) ? { Status: 'success', PerContainer: result } : result,
        ]),
      );
      expect(Result.result).toEqual(expected);
      expect(Result.spec).toEqual({ type: 'image', cause: { Message: '', User: '' }, spec });
      const revision = await git.remote.head();
      expect(Result.revision).toBe(revision);
      const changed = Array.isArray(results.helloworld) ? results.helloworld : [];
      const after = changed.reduce(
        (text, { Current, Target }) => text.replace(Current, Target),
        files['helloworld.yaml'],
      );
      expect(await git.remote.files()).toEqual({ ...files, 'helloworld.yaml': after });
      expect(await git.remote.git('log', '-1', '--format=%B')).toBe(`${message}\n`);
      expect(JSON.parse((await git.remote.notes()).get(revision) ?? '')).toEqual({
        jobID: job,
        spec: Result.spec,
        result: expected,
      });
      const log = `component=sync-loop jobID=${job}`;
      for (const line of [
        `${log} type=release updates=1`,
        `${log} revision=${revision}`,
        `${log} state=done success=true`,
      ]) {
        expect(lines).toContain(line);
      }
      expect(lines).toContain(
        `component=daemon event="Commit: ${revision.slice(0, 7)}, ${id('helloworld')}" logupstream=false`,
      );
      await world.synced();
      // the tag is there for all to see a moment before the mirror has it
      await eventually(async () => expect(await world.get(`/v6/sync?ref=${revision}`)).toEqual([]));
    },
  );

  it('[api 19] [daemon 68] computes a dry run inside the request, and writes nothing', async () => {
    const { git } = world;
    const head = await git.remote.head();
    const spec = release(['<all>'], { Kind: 'plan' });
    const job = await world.post('/v9/update-manifests', { type: 'image', spec });
    expect(await world.get(`/v6/jobs?id=${job}`)).toEqual({
      Result: {
        spec: { type: 'image', cause: { Message: '', User: '' }, spec },
        result: {
          [id('helloworld')]: { Status: 'success', PerContainer: both },
          [id('locked')]: skipped('locked'),
          [id('semver')]: skipped('not accessible in cluster'),
        },
        plannedAt: head,
      },
      Err: '',
      StatusString: 'succeeded',
    });
    expect(await git.remote.head()).toBe(head);
    expect((await git.remote.notes()).has(head)).toBe(false);
    expect(world.world.lines).toContain('component=daemon type=release updates=1');
  });

  it.each([
    { force: false, result: skipped('locked') },
    {
      force: true,
      result: {
        Status: 'success',
        PerContainer: [{ Container: 'c', Current: 'quay.io/acme/locked:1', Target: 'quay.io/acme/locked:2' }],
      },
    },
  ])('[api 22] [manifests C7] a locked workload, by name, with force $force', async ({ force, result }) => {
    const spec = release([id('locked')], { Kind: 'plan', Force: force });
    const job = await world.post('/v9/update-manifests', { type: 'image', spec });
    const { Result } = (await world.get(`/v6/jobs?id=${job}`)) as Done;
    expect(Result.result?.[id('locked')]).toEqual(result);
  });

  it('[api 21] [daemon 65] fails when nothing is newer, and tells the results all the same', async () => {
    const spec = release(['<all>'], { ImageSpec: `${sidecar}:master-a000001` });
    const { id: job, Err, StatusString, Result } = await world.update('image', spec);
    expect({ Err, StatusString }).toEqual({ Err: 'no changes made in repo', StatusString: 'failed' });
    expect(Result.result?.[id('helloworld')]).toEqual(skipped('image(s) up to date'));
    expect(Result).not.toHaveProperty('revision');
    const log = `component=sync-loop jobID=${job}`;
    expect(world.world.lines).toContain(`${log} type=release exit="no images to update for services given"`);
    expect(world.world.lines).toContain(`${log} state=done success=false err="no changes made in repo"`);
    const plan = await world.post('/v9/update-manifests', { type: 'image', spec: { ...spec, Kind: 'plan' } });
    expect(await world.get(`/v6/jobs?id=${plan}`)).toMatchObject({ StatusString: 'succeeded' });
  });

  it.each([
    { kind: 'execute', told: 'as the job\u2019s error' },
    { kind: 'plan', told: 'as the answer' },
  ])('[manifests C14] an image that no registry has: $told', async ({ kind }) => {
    const error = `image "${hello}:nosuch" does not exist: invalid image ID`;
    const spec = release(['<all>'], { ImageSpec: `${hello}:nosuch`, Kind: kind });
    if (kind === 'execute') {
      expect(await world.update('image', spec)).toMatchObject({ StatusString: 'failed', Err: error });
    } else {
      const answer = await world.ask('/v9/update-manifests', {
        method: 'POST',
        body: JSON.stringify({ type: 'image', spec }),
      });
      expect(answer.status).toBe(422);
      expect(answer.json()).toMatchObject({ type: 'user', error });
    }
  });

  it('[api 18] [daemon 13] takes keys in any case, and an older image by force', async () => {
    const { git } = world;
    const older = {
      serviceSpecs: [id('helloworld')],
      imageSpec: `${hello}:3.0.0`,
      kind: 'execute',
      force: true,
    };
    const { Result } = await world.update('image', older, { Message: 'back to 3', User: 'Ann' });
    expect(Result.spec?.spec).toEqual({
      ServiceSpecs: [id('helloworld')],
      ImageSpec: `${hello}:3.0.0`,
      Kind: 'execute',
      Excludes: null,
      Force: true,
    });
    expect(await git.remote.read('helloworld.yaml')).toContain(`image: ${hello}:3.0.0 # greeter`);
    expect(await git.remote.git('log', '-1', '--format=%B')).toBe('back to 3\n\n');
  });

  it('asks the registries for what a decision lacks', async () => {
    const newest = { ...images[hello], 'master-a000003': '2022-04-01' };
    world.images = { ...images, [hello]: { ...newest, 'master-a000003': { state: 'unseen' } } };
    world.onAsked = () => {
      world.images = { ...images, [hello]: newest };
    };
    try {
      await world.update('image', release([id('helloworld')]));
      expect(await world.git.remote.read('helloworld.yaml')).toContain(`${hello}:master-a000003 #`);
    } finally {
      world.images = images;
      world.onAsked = () => {};
    }
  });

  it('[manifests 4.3] writes tag and digest together where the image is pinned', async () => {
    const pinned = files['helloworld.yaml'].replace(
      'metadata:',
      'metadata:\n  annotations: { fluxcd.io/pin.greeter: digest }',
    );
    await world.git.remote.commit({ 'helloworld.yaml': pinned });
    await world.update('sync', {});
    await world.synced();
    const { Err } = await world.update('image', release([id('helloworld')]));
    expect(Err).toBe('');
    const text = await world.git.remote.read('helloworld.yaml');
    expect(text).toMatch(new RegExp(`image: ${hello}:master-a000002@sha256:[0-9a-f]{64} # greeter`));
    expect(text).toContain(`image: ${sidecar}:master-a000002 # sidecar`);
  });

  it('lifts the hold on a tag that somebody releases by hand, in the same commit', async () => {
    const held = files['helloworld.yaml'].replace(
      'metadata:',
      'metadata:\n  annotations:\n    fluxcd.io/hold.greeter: master-a000002,master-b\n    fluxcd.io/hold.sidecar: master-a000002',
    );
    await world.git.remote.commit({ 'helloworld.yaml': held });
    await world.update('sync', {});
    await world.synced();
    await world.update('image', release([id('helloworld')]));
    const after = held
      .replace('hold.greeter: master-a000002,master-b', 'hold.greeter: master-b')
      .replace('\n    fluxcd.io/hold.sidecar: master-a000002', '')
      .replaceAll(':master-a000001', ':master-a000002');
    expect(await world.git.remote.read('helloworld.yaml')).toBe(after);
  });

  it.each([
    {
      because: 'git has it already, and the cluster not yet',
      file: files['helloworld.yaml'].replaceAll('a000001', 'a000002'),
      result: skipped('image(s) up to date'),
    },
    {
      because: 'git has moved to another repository',
      file: files['helloworld.yaml'].replace(`${hello}:master-a000001`, 'quay.io/new/hello:1'),
      result: {
        Status: 'success',
        Error: 'another image in repository: greeter (quay.io/new/hello:1)',
        PerContainer: [change('sidecar', sidecar)],
      },
    },
    {
      because: 'git has no such container: a webhook put it in',
      file: files['helloworld.yaml'].replace(/ {8}- name: sidecar\n.*\n/, ''),
      result: {
        Status: 'success',
        Error: 'container(s) not found in repository: sidecar',
        PerContainer: [greeter],
      },
    },
    {
      because: 'git spells the name in another way',
      file: files['helloworld.yaml'].replace('sidecar:master', 'sidecar:older'),
      result: { Status: 'success', PerContainer: both },
    },
  ])('goes by what git has: $because', async ({ file, result }) => {
    // the cluster stays behind: nothing of it is applied before the release
    world.cluster.refuse(id('helloworld'), 'not now');
    try {
      await world.git.remote.commit({ 'helloworld.yaml': file });
      const { Result } = await world.update('image', release([id('helloworld')]));
      expect(Result.result?.[id('helloworld')]).toEqual(result);
    } finally {
      world.cluster.refuse(id('helloworld'), undefined);
    }
  });

  it('measures releases and their stages', async () => {
    await world.update('image', release([id('helloworld')]));
    const { text } = await world.askRoot('/metrics');
    expect(text).toContain(
      'flux_fluxsvc_release_duration_seconds_count{release_type="latest_images",release_kind="execute",success="true"}',
    );
    for (const stage of ['select_workloads', 'lookup_images', 'write_changes', 'verify_changes']) {
      expect(text).toContain(`flux_fluxsvc_release_stage_duration_seconds_count{stage="${stage}"}`);
    }
  });
});
