import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import type { JobStatus } from '@fluxctl/shared/api/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Followed, follow } from '../front-door/followed.ts';
import { update } from '../front-door/update.ts';

const annotated = `
  annotations:
    fluxcd.io/automated: 'true' # for now`;

function file(annotations: string): string {
  return `# what people wrote stays
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello${annotations}
spec:
  selector: { matchLabels: { app: hello } }
  template:
    metadata: { labels: { app: hello } }
    spec:
      containers:
        - name: podinfod
          image: podinfo:3.5.0
`;
}

describe.each(clustersUnderTest())('policy jobs on the $name cluster', ({ start }) => {
  let cluster: ClusterAccess;
  let world: Followed;
  let id: string;
  beforeAll(async () => {
    cluster = await start();
    world = await follow(cluster, {
      files: () => ({ 'hello.yaml': file(annotated) }),
      args: ['--git-set-author', '--git-user=Flux', '--git-email=flux@example.com'],
    });
    id = `${world.namespace}:deployment/hello`;
    await world.fluxd.start();
    await world.synced();
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  const head = (format: string) => world.repository.git('log', '-1', `--format=${format}`);

  it.each([
    { spec: { add: [], remove: ['automated'] }, after: '', text: 'Deautomated: ID' },
    {
      spec: { add: ['automated'], remove: null },
      after: "\n  annotations:\n    fluxcd.io/automated: 'true'",
      text: 'Automated: ID',
    },
    {
      spec: { add: { locked: 'true', locked_user: 'Ann', locked_msg: 'a freeze: until <Monday>' } },
      after: `
  annotations:
    fluxcd.io/automated: 'true'
    fluxcd.io/locked: 'true'
    fluxcd.io/locked_msg: 'a freeze: until <Monday>'
    fluxcd.io/locked_user: 'Ann'`,
      text: 'Updated workload policies\n\n- Locked: ID\n- Updated policies: ID',
    },
    {
      spec: { remove: { locked: '', locked_msg: '', locked_user: '' } },
      after: "\n  annotations:\n    fluxcd.io/automated: 'true'",
      text: 'Updated workload policies\n\n- Unlocked: ID\n- Updated policies: ID',
    },
  ])('[daemon 11] [api 25] $text', async ({ spec, after, text }) => {
    const { fluxd, repository } = world;
    const before = await repository.head();
    const job = await update(fluxd, 'policy', { [id]: spec });
    expect(job).toMatchObject({ StatusString: 'succeeded', Err: '' });
    expect(job.Result.result).toEqual({ [id]: { Status: 'success', PerContainer: null } });
    expect(job.Result.revision).toBe(await repository.head());
    expect(await head('%P')).toBe(`${before}\n`);
    expect(await repository.read('hello.yaml')).toBe(file(after));
    expect(await head('%B')).toBe(`${text.replaceAll('ID', id)}\n\n`);
    await fluxd.sees(`component=sync-loop jobID=${job.id} state=in-progress`);
    await fluxd.sees(`component=sync-loop jobID=${job.id} revision=${job.Result.revision}`);
    await fluxd.sees(`component=sync-loop jobID=${job.id} state=done success=true`);
    await fluxd.sees(`event="Commit: ${job.Result.revision?.slice(0, 7)}, ${id}" logupstream=false`);
    await world.synced();
  });

  it('[daemon 12] [manifests P9] sets a tag policy, and the note tells what the commit was for', async () => {
    const { fluxd, repository } = world;
    const cause = { Message: 'only 3.5', User: 'Jane <jane@example.com>' };
    const spec = { [id]: { remove: null, add: { 'tag.podinfod': 'glob:3.5.*' } } };
    const { Result, id: job } = await update(fluxd, 'policy', spec, cause);
    expect(await repository.read('hello.yaml')).toContain("\n    fluxcd.io/tag.podinfod: 'glob:3.5.*'\n");
    expect(await head('%B')).toBe(`only 3.5\n\n- Updated policies: ${id}\n\n`);
    expect((await repository.notes()).get(Result.revision ?? '')).toBe(
      `{"jobID":"${job}","spec":{"type":"policy","cause":{"Message":"only 3.5","User":"Jane \\u003cjane@example.com\\u003e"},` +
        `"spec":{"${id}":{"add":{"tag.podinfod":"glob:3.5.*"},"remove":null}}},"result":null}\n`,
    );
    await world.synced();
  });

  it('[daemon 67] writes in the name of whoever asks, who must be known or have an address', async () => {
    const { fluxd } = world;
    const lock = { [id]: { add: ['locked'] } };
    const by = (User: string) => ({ Message: '', User });
    const failed = await update(fluxd, 'policy', lock, by('nobody'));
    expect(failed).toMatchObject({
      StatusString: 'failed',
      Err: expect.stringContaining("--author 'nobody' is not 'Name <email>' and matches no existing author"),
    });
    expect(await update(fluxd, 'policy', lock, by('Jane <j@x>'))).toMatchObject({
      StatusString: 'succeeded',
    });
    expect(await head('%an <%ae>, %cn <%ce>')).toBe('Jane <j@x>, Flux <flux@example.com>\n');
    const unlock = { [id]: { remove: ['locked'] } };
    expect(await update(fluxd, 'policy', unlock, by('jane'))).toMatchObject({ StatusString: 'succeeded' });
    expect(await head('%an <%ae>')).toBe('Jane <j@x>\n');
    await world.synced();
  });

  it.each([
    {
      n: '[daemon 66] what is as it should be',
      spec: () => ({ [id]: { add: ['automated'] } }),
      error: undefined,
    },
    {
      n: '[api 26] what git does not define',
      spec: () => ({ 'default:deployment/nosuch': { add: ['automated'] } }),
      error: 'resource default:deployment/nosuch not found',
    },
  ])('$n is skipped, without a commit', async ({ spec, error }) => {
    const { fluxd, repository } = world;
    const before = await repository.head();
    const [asked] = Object.keys(spec());
    const { StatusString, Err, Result } = await update(fluxd, 'policy', spec());
    expect({ StatusString, Err }).toEqual({ StatusString: 'succeeded', Err: '' });
    expect(Result).toEqual({
      spec: expect.objectContaining({ type: 'policy' }),
      result: {
        [String(asked)]: { Status: 'skipped', ...(error ? { Error: error } : {}), PerContainer: null },
      },
    });
    expect(await repository.head()).toBe(before);
  });

  it.each([
    { n: '[api 27]', add: { 'tag.greeter': 'semver:zork' }, err: 'invalid tag pattern: "semver:zork"' },
    {
      n: 'and of ours:',
      add: { freeze: 'weekends' },
      err: expect.stringContaining('invalid policy freeze: '),
    },
  ])('$n nonsense fails the job: $add', async ({ add, err }) => {
    const before = await world.repository.head();
    const { StatusString, Err } = await update(world.fluxd, 'policy', { [id]: { add } });
    expect({ StatusString, Err }).toEqual({ StatusString: 'failed', Err: err });
    expect(await world.repository.head()).toBe(before);
  });

  it('[api 32] [daemon 43] finds the job again after a restart', async () => {
    const { fluxd } = world;
    const before = await update(fluxd, 'policy', { [id]: { add: { 'tag.podinfod': 'glob:3.*' } } });
    await world.synced();
    await fluxd.end('SIGTERM');
    await fluxd.start();
    await world.synced();
    await fluxd.sees('nothing to do');
    const after = (await fluxd.get(`/v6/jobs?id=${before.id}`)) as JobStatus;
    const { revision, spec } = before.Result;
    expect(after).toEqual({ Result: { revision, spec }, Err: '', StatusString: 'succeeded' });
  });
});

it('[daemon 55] [api 3.1] does not write where it may only read', async () => {
  const [{ start } = { start: undefined }] = clustersUnderTest();
  if (!start) throw new Error('there is no cluster to test on');
  const cluster = await start();
  try {
    await using world = await follow(cluster, {
      files: () => ({ 'hello.yaml': file('') }),
      args: ['--git-readonly'],
    });
    const { fluxd, namespace } = world;
    await fluxd.start();
    await fluxd.sees('state="kubernetes ');
    const id = `${namespace}:deployment/hello`;
    const message = 'cannot make a working clone of a read-only git repo';
    const job = await update(fluxd, 'policy', { [id]: { add: ['locked'] } });
    expect(job).toMatchObject({ StatusString: 'failed', Err: message });
    const plan = { ServiceSpecs: ['<all>'], ImageSpec: '<all latest>', Kind: 'plan' };
    await expect(fluxd.post('/v9/update-manifests', { type: 'image', spec: plan })).rejects.toThrow(
      `"error":"${message}"`,
    );
    expect(await update(fluxd, 'sync', {})).toMatchObject({ StatusString: 'succeeded' });
  } finally {
    await cluster.stop();
  }
});
