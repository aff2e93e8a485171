import type { DaemonStatus, RolloutRecord, WorkloadDetail } from '@fluxctl/shared/api/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Followed, follow } from '../front-door/followed.ts';
import { type RolloutStage, rolloutStages, sandboxStage } from '../front-door/rollout-stage.ts';
import { eventually } from '../front-door/start-fluxd.ts';
import { update } from '../front-door/update.ts';

interface Parts {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly annotations?: string;
  readonly deadline?: number;
  readonly strategy?: 'Recreate' | 'RollingUpdate';
}

/** A workload that is ready as soon as its pods are, and late after some seconds. */
function app(tag: string, parts: Parts = {}): string {
  const { kind = 'Deployment', annotations = '', deadline = 600, strategy = 'RollingUpdate' } = parts;
  const own = {
    Deployment: `replicas: 1\n  progressDeadlineSeconds: ${deadline}\n  strategy: { type: ${strategy} }`,
    StatefulSet: 'replicas: 1\n  serviceName: app',
    DaemonSet: 'minReadySeconds: 0',
  };
  return `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: app
  annotations:
    fluxcd.io/rollback: "true"${annotations}
spec:
  ${own[kind]}
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: app
          image: quay.io/acme/app:${tag} # moves
          readinessProbe: { tcpSocket: { port: 80 } }
`;
}

const image = (tag: string): string => `quay.io/acme/app:${tag}`;

async function rollouts({ fluxd }: Followed): Promise<readonly RolloutRecord[]> {
  return ((await fluxd.get('/v12/status')) as DaemonStatus).rollouts;
}

/** Waits for a rollout to an image, in such a state. */
function rollout(world: Followed, tag: string, state: Partial<RolloutRecord>): Promise<RolloutRecord> {
  return eventually(async () => {
    const all = await rollouts(world);
    const found = all.find(({ images }) => images[0]?.Target === image(tag));
    if (!found)
      throw new Error(`no rollout to ${tag}: ${JSON.stringify(all)}\n${world.fluxd.log.slice(-3000)}`);
    expect(found, world.fluxd.log.slice(-3000)).toMatchObject(state);
    return found;
  });
}

/** Waits until all pods of the first definition are ready. */
async function settled(world: Followed): Promise<void> {
  await world.synced();
  await eventually(async () => {
    const services = await world.fluxd.get(`/v11/services?namespace=${world.namespace}`);
    expect(services).toMatchObject([{ Status: 'ready' }]);
  });
}

/** A daemon whose first definition has come to run. */
async function followedOn({ cluster }: RolloutStage, file: string): Promise<Followed> {
  const args = ['--git-poll-interval=1s'];
  const world = await follow(cluster, { files: () => ({ 'app.yaml': file }), args });
  await world.fluxd.start();
  await settled(world);
  return world;
}

describe.each(rolloutStages())('rollouts on the $name cluster', ({ start }) => {
  let stage: RolloutStage;
  beforeAll(async () => {
    stage = await start();
  }, 120_000);
  afterAll(() => stage?.stop());

  const followed = (file: string): Promise<Followed> => followedOn(stage, file);

  it('tells how an update that somebody committed came to run', async () => {
    await using world = await followed(app('good-1'));
    expect(await rollouts(world)).toEqual([]);
    const revision = await world.repository.commit({ 'app.yaml': app('good-2') });
    const workload = `${world.namespace}:deployment/app`;
    const record = await rollout(world, 'good-2', { outcome: 'succeeded' });
    expect(record).toEqual({
      workload,
      revision,
      images: [{ Container: 'app', Current: image('good-1'), Target: image('good-2') }],
      startedAt: expect.stringMatching(/Z$/),
      endedAt: expect.stringMatching(/Z$/),
      outcome: 'succeeded',
      message: '',
      rollback: '',
    });
    await world.fluxd.sees(`event="Rollout of ${image('good-2')} to ${workload} succeeded"`);
    const details = (await world.fluxd.get(
      `/v12/workloads?namespace=${world.namespace}`,
    )) as WorkloadDetail[];
    expect(details).toMatchObject([{ id: workload, rollout: { revision, outcome: 'succeeded' }, error: '' }]);
  });

  it('answers a release that makes no progress by a commit that takes it back and holds the tag', async () => {
    stage.breakImage(image('missing'), 'cannot be pulled');
    const file = app('good-1', { deadline: 2, annotations: '\n    fluxcd.io/automated: "true"' });
    await using world = await followed(file);
    const workload = `${world.namespace}:deployment/app`;
    const wish = { Container: 'app', Current: image('good-1'), Target: image('missing') };
    const job = await update(world.fluxd, 'containers', {
      Kind: 'execute',
      ContainerSpecs: { [workload]: [wish] },
      SkipMismatches: false,
      Force: false,
    });
    expect(job).toMatchObject({ StatusString: 'succeeded' });
    const failed = await rollout(world, 'missing', {
      outcome: 'failed',
      rollback: expect.stringMatching(/./),
    });
    expect(failed.revision).toBe(job.Result.revision);
    expect(failed.message).toMatch(
      /^no progress for 2 s: pod app-\S+, container app: (ErrImagePull|ImagePullBackOff): .*not found/,
    );
    const [head] = await world.repository.log();
    expect(head).toMatchObject({
      revision: failed.rollback,
      subject: `Roll back ${image('missing')} of ${workload}: it makes no progress`,
    });
    expect(await world.repository.read('app.yaml')).toBe(
      file.replace('automated: "true"', 'automated: "true"\n    fluxcd.io/hold.app: "missing"'),
    );
    await rollout(world, 'good-1', { outcome: 'succeeded', revision: failed.rollback, rollback: '' });
    expect((await rollouts(world)).map(({ outcome }) => outcome)).toEqual(['succeeded', 'failed']);
    await world.fluxd.sees(
      `event="Rollout of ${image('missing')} to ${workload} failed: no progress for 2 s`,
    );
    expect(world.fluxd.log).toContain(`with message \\"Roll back ${image('missing')}`);
  });

  it('sees pods that crash again and again, and does not go back and forth', async () => {
    stage.breakImage(image('crashing'), 'crashes');
    await using world = await followed(app('good-1'));
    await world.repository.commit({ 'app.yaml': app('crashing') });
    const failed = await rollout(world, 'crashing', {
      outcome: 'failed',
      rollback: expect.stringMatching(/./),
      message: expect.stringMatching(
        /^pod app-\S+, container app: CrashLoopBackOff after \d restarts: it ended with exit code 2$/,
      ),
    });
    expect(await world.repository.read('app.yaml')).toContain('fluxcd.io/hold.app: "crashing"');
    await rollout(world, 'good-1', { revision: failed.rollback, outcome: 'succeeded' });
    expect(await world.repository.head()).toBe(failed.rollback);
  });

  it('tells that a rollback failed too, and leaves it at that', async () => {
    await using world = await followed(app('once-good', { strategy: 'Recreate' }));
    for (const tag of ['once-good', 'never-good']) stage.breakImage(image(tag), 'crashes');
    await world.repository.commit({ 'app.yaml': app('never-good', { strategy: 'Recreate' }) });
    const failed = await rollout(world, 'never-good', { rollback: expect.stringMatching(/./) });
    await rollout(world, 'once-good', {
      outcome: 'failed',
      revision: failed.rollback,
      rollback: '',
      message: expect.stringMatching(
        /CrashLoopBackOff .* \(Roll back .*\); not rolled back: it was a rollback itself$/,
      ),
    });
    expect(await world.repository.head()).toBe(failed.rollback);
    expect(await world.repository.read('app.yaml')).toContain('fluxcd.io/hold.app: "never-good"\n');
  });

  it('survives kill -9 between the failure and the rollback', async () => {
    stage.breakImage(image('killed'), 'crashes');
    await using world = await followed(app('good-1'));
    const { fluxd, repository } = world;
    const commit = await repository.commit({ 'app.yaml': app('killed') });
    await world.synced();
    await repository.refusePushes('refs/heads/master');
    await fluxd.sees('cannot roll back');
    await fluxd.end('SIGKILL');
    await repository.refusePushes('refs/heads/master', false);
    expect(await repository.head()).toBe(commit);
    await fluxd.start();
    const failed = await rollout(world, 'killed', {
      outcome: 'failed',
      rollback: expect.stringMatching(/./),
    });
    expect(failed.revision).toBe(commit);
    expect(await repository.head()).toBe(failed.rollback);
    expect(await repository.read('app.yaml')).toBe(
      app('good-1', { annotations: '\n    fluxcd.io/hold.app: "killed"' }),
    );
  });

  it('survives kill -9 in the middle of a rollout, and looks at no pods where none is under way', async () => {
    stage.breakImage(image('slow'), 'cannot be pulled');
    await using world = await followed(app('good-1', { deadline: 15 }));
    const { fluxd, repository } = world;
    expect(stage.looksAtPods(world.namespace) ?? 0).toBe(0);
    const commit = await repository.commit({ 'app.yaml': app('slow', { deadline: 15 }) });
    await world.synced();
    await rollout(world, 'slow', { outcome: 'progressing', revision: commit });
    await eventually(() => expect(stage.looksAtPods(world.namespace) ?? 1).toBeGreaterThan(0));
    await fluxd.end('SIGKILL');
    await fluxd.start();
    const failed = await rollout(world, 'slow', { outcome: 'failed', rollback: expect.stringMatching(/./) });
    expect(failed).toMatchObject({
      revision: commit,
      images: [{ Container: 'app', Current: image('good-1'), Target: image('slow') }],
    });
    await rollout(world, 'good-1', { outcome: 'succeeded', revision: failed.rollback });
    expect(await repository.head()).toBe(failed.rollback);

    // One that was through long before is none of the next process's business.
    await fluxd.end('SIGTERM');
    const from = fluxd.mark();
    await fluxd.start();
    await fluxd.sees('nothing to do: the cluster is as git has it', { from });
    await fluxd.sync();
    expect(await rollouts(world)).toEqual([]);
    expect(fluxd.log.slice(from)).not.toContain('Rollout of');
  });

  it('is superseded by other images that come before it is over', async () => {
    stage.breakImage(image('hasty'), 'cannot be pulled');
    await using world = await followed(app('good-1'));
    await world.repository.commit({ 'app.yaml': app('hasty') });
    await rollout(world, 'hasty', { outcome: 'progressing', message: expect.stringContaining('Err') });
    const revision = await world.repository.commit({ 'app.yaml': app('good-3') });
    await rollout(world, 'good-3', { outcome: 'succeeded', revision });
    await world.fluxd.sees(
      `event="Rollout of ${image('hasty')} to ${world.namespace}:deployment/app superseded`,
    );
    expect((await rollouts(world)).map(({ outcome }) => outcome)).toEqual(['succeeded', 'superseded']);
    expect(await world.repository.head()).toBe(revision);
  });

  it('follows StatefulSets too', async () => {
    stage.breakImage(image('unset'), 'crashes');
    await using world = await followed(app('good-1', { kind: 'StatefulSet' }));
    await world.repository.commit({ 'app.yaml': app('good-2', { kind: 'StatefulSet' }) });
    await rollout(world, 'good-2', { outcome: 'succeeded' });
    await world.repository.commit({ 'app.yaml': app('unset', { kind: 'StatefulSet' }) });
    const failed = await rollout(world, 'unset', {
      outcome: 'failed',
      rollback: expect.stringMatching(/./),
      message: expect.stringMatching(/^pod app-0, container app: CrashLoopBackOff/),
    });
    expect(await world.repository.head()).toBe(failed.rollback);
    const underWay = { revision: failed.rollback, message: expect.stringContaining('pods are new') };
    await rollout(world, 'good-2', underWay);
    // Kubernetes leaves a broken pod of an ordered set alone, until somebody deletes it.
    await world.kube.remove(`/api/v1/namespaces/${world.namespace}/pods/app-0`);
    await rollout(world, 'good-2', { outcome: 'succeeded', revision: failed.rollback });
  });
});

it('rollouts of DaemonSets, which need a node, are followed and taken back too', async () => {
  const stage = await sandboxStage();
  try {
    stage.breakImage(image('everywhere'), 'crashes');
    const kind = 'DaemonSet';
    await using world = await followedOn(stage, app('good-1', { kind }));
    await world.repository.commit({ 'app.yaml': app('good-2', { kind }) });
    await rollout(world, 'good-2', { outcome: 'succeeded' });
    await world.repository.commit({ 'app.yaml': app('everywhere', { kind }) });
    const failed = await rollout(world, 'everywhere', {
      outcome: 'failed',
      rollback: expect.stringMatching(/./),
      message: expect.stringMatching(/^pod app-\S+, container app: CrashLoopBackOff/),
    });
    await rollout(world, 'good-2', { outcome: 'succeeded', revision: failed.rollback });
  } finally {
    await stage.stop();
  }
});
