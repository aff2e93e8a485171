import type { JobStatus } from '@fluxctl/shared/api/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/jobs/job-queue.ts';
import { memoryLogger } from '../fakes/world.ts';
import { jobEnd } from '../front-door/update.ts';
import { createReleaseWorld, type ReleaseWorld } from './release-world.ts';

const app = 'quay.io/acme/app';

const files = {
  'app.yaml': `apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: app
    annotations: {fluxcd.io/automated: 'true'}
  spec: {template: {spec: {containers: [{name: main, image: ${app}:1}, {name: side, image: docker.io/acme/side:1}]}}}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: locked
    annotations: {fluxcd.io/automated: 'true', fluxcd.io/locked: 'true'}
  spec: {template: {spec: {containers: [{name: main, image: ${app}:1}]}}}
`,
};

const change = (name: string, Name: string, image: string, ImageID: string) => ({
  WorkloadID: `default:deployment/${name}`,
  Container: { Name, Image: image },
  ImageID,
});

describe('an automated run', () => {
  let world: ReleaseWorld;
  beforeAll(async () => {
    world = await createReleaseWorld({ files });
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  /** As the daemon itself does; nobody can ask for it over HTTP. */
  async function run(job: Job): Promise<JobStatus['Result']> {
    const log = memoryLogger([]);
    return job.run({ id: 'the-job', log, signal: AbortSignal.timeout(30_000) });
  }
  const auto = (Changes: readonly object[]) =>
    world.updates.job({ type: 'auto', cause: { Message: '', User: '' }, spec: { Changes } });

  it('[manifests 5.5] [daemon 14] is one commit for all workloads, without those that were locked since the poll', async () => {
    const changes = [
      change('app', 'main', `${app}:1`, `${app}:2`),
      change('app', 'side', 'acme/side:1', 'acme/side:2'),
      change('locked', 'main', `${app}:1`, `${app}:2`),
    ];
    const { revision, result } = await run(auto(changes));
    const { remote } = world.git;
    expect(revision).toBe(await remote.head());
    expect(await remote.read('app.yaml')).toBe(
      files['app.yaml'].replace(`${app}:1}, `, `${app}:2}, `).replace('acme/side:1', 'acme/side:2'),
    );
    expect(await remote.git('log', '-1', '--format=%B')).toBe(
      `Auto-release multiple (2) images\n\n - docker.io/acme/side:2\n - ${app}:2\n\n`,
    );
    expect(result?.['default:deployment/locked']).toMatchObject({ Status: 'skipped', Error: 'locked' });
    const note = (await remote.notes()).get(String(revision)) ?? '';
    expect(
      note.startsWith('{"jobID":"the-job","spec":{"type":"auto","cause":{"Message":"","User":""},'),
    ).toBe(true);
    expect(JSON.parse(note)).toMatchObject({ spec: { spec: { Changes: changes } }, result });
    await world.synced();
    expect(world.world.lines).toContain(
      `component=daemon event="Automated release of docker.io/acme/side:2, ${app}:2" logupstream=false`,
    );
  });

  it('fails without a commit when git has it all already', async () => {
    const head = await world.git.remote.head();
    await expect(run(auto([change('app', 'main', `${app}:1`, `${app}:2`)]))).rejects.toMatchObject({
      message: 'no changes made in repo',
      result: { result: { 'default:deployment/app': { Error: 'image(s) up to date' } } },
    });
    expect(await world.git.remote.head()).toBe(head);
  });

  it('[manifests 2.3] is asked for at once when a commit automates something, and not otherwise', async () => {
    const id = 'default:deployment/app';
    const before = world.automated();
    await world.update('policy', { [id]: { remove: ['automated'] } });
    await world.update('policy', { [id]: { add: ['locked'] } });
    expect(world.automated()).toBe(before);
    await world.update('policy', { [id]: { add: ['automated'] } });
    expect(world.automated()).toBe(before + 1);
    await world.update('policy', { [id]: { add: ['automated'] } });
    expect(world.automated()).toBe(before + 1);
  });

  it('plans are computed while a job runs', async () => {
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    world.images = { [app]: { '1': '2022-01-01', '2': { state: 'unseen' } } };
    world.onAsked = () => {
      asked.resolve();
      return gate.promise;
    };
    const job = await world.post('/v9/update-manifests', {
      type: 'image',
      spec: {
        ServiceSpecs: ['default:deployment/app'],
        ImageSpec: '<all latest>',
        Kind: 'execute',
        Force: true,
      },
    });
    await asked.promise;
    const plan = await world.post('/v9/update-manifests', {
      type: 'containers',
      spec: {
        Kind: 'plan',
        ContainerSpecs: { 'default:deployment/app': [{ Container: 'main', Target: `${app}:9` }] },
        Force: true,
      },
    });
    expect(await world.get(`/v6/jobs?id=${plan}`)).toMatchObject({ StatusString: 'succeeded' });
    expect(await world.get(`/v6/jobs?id=${job}`)).toMatchObject({ StatusString: 'running' });
    gate.resolve();
    // where asking brought nothing, it goes by what is known
    expect(await jobEnd(world, String(job))).toMatchObject({
      Err: 'no changes made in repo',
      Result: { result: { 'default:deployment/app': { Status: 'ignored' } } },
    });
  });
});

it('[manifests 2.3] does not touch policies outside of the allowed namespaces (Flux v1 did)', async () => {
  await using world = await createReleaseWorld({
    files: {
      'app.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: app, namespace: other }\nspec: {}\n`,
    },
    config: { allowedNamespaces: ['default'] },
  });
  const head = await world.git.remote.head();
  const { StatusString, Result } = await world.update('policy', {
    'other:deployment/app': { add: ['automated'] },
  });
  expect(StatusString).toBe('succeeded');
  expect(Result.result).toEqual({
    'other:deployment/app': {
      Status: 'skipped',
      Error: 'its namespace is none of --k8s-allow-namespace',
      PerContainer: null,
    },
  });
  expect(await world.git.remote.head()).toBe(head);
});
