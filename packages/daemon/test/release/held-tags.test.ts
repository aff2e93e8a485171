import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DockerHub, startDockerHub } from '@fluxctl/sandbox/image-registry/start-docker-hub';
import type { DaemonStatus, WorkloadExplanation } from '@fluxctl/shared/api/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from '../front-door/followed.ts';
import { type RolloutStage, rolloutStages } from '../front-door/rollout-stage.ts';
import { eventually } from '../front-door/start-fluxd.ts';
import { update } from '../front-door/update.ts';

const app = (tag: string, hold = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  annotations:
    fluxcd.io/automated: "true"
    fluxcd.io/tag.app: semver:~1.0
    fluxcd.io/rollback: "true"${hold}
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: app
          image: acme/app:${tag}
          readinessProbe: { tcpSocket: { port: 80 } }
`;

describe.each(rolloutStages())('tags that failed, on the $name cluster', ({ start }) => {
  let stage: RolloutStage;
  let hub: DockerHub;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docker-hub-'));
    [stage, hub] = await Promise.all([start(), startDockerHub(folder)]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([stage?.stop(), hub?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('are not taken again by automation, are explained, and go on by a release', async () => {
    hub.registry.addImage('acme/app', '1.0.0');
    stage.breakImage('acme/app:1.0.1', 'crashes');
    await using world = await follow(stage.cluster, {
      files: () => ({ 'app.yaml': app('1.0.0') }),
      args: ['--git-poll-interval=1s', '--automation-interval=1s'],
      env: hub.env,
    });
    const { fluxd, repository } = world;
    const workload = `${world.namespace}:deployment/app`;
    const push = async (tag: string): Promise<void> => {
      hub.registry.addImage('acme/app', tag);
      const Source = { Name: { Domain: '', Image: 'acme/app' } };
      await fluxd.post('/v11/notify', { Kind: 'image', Source });
    };
    const rollouts = async () => ((await fluxd.get('/v12/status')) as DaemonStatus).rollouts;
    const fileIs = (content: string) =>
      eventually(async () => expect(await repository.read('app.yaml'), fluxd.log.slice(-3000)).toBe(content));
    await fluxd.start();
    await world.synced();
    await fluxd.sees('msg="polling for new images for automated workloads"');

    await push('1.0.1');
    await fileIs(app('1.0.0', '\n    fluxcd.io/hold.app: "1.0.1"'));
    await eventually(async () =>
      expect(await rollouts()).toMatchObject([
        { outcome: 'succeeded', images: [{ Target: 'acme/app:1.0.0' }] },
        { outcome: 'failed', images: [{ Target: 'acme/app:1.0.1' }], rollback: await repository.head() },
      ]),
    );
    expect((await repository.log()).map(({ subject }) => subject).slice(0, 2)).toEqual([
      `Roll back acme/app:1.0.1 of ${workload}: the new pods crash again and again`,
      'Auto-release acme/app:1.0.1',
    ]);

    const rolledBack = await repository.head();
    const from = fluxd.mark();
    const polls = 'msg="polling for new images for automated workloads"';
    await eventually(() => expect(fluxd.log.slice(from).split(polls).length).toBeGreaterThan(3));
    expect(await repository.head()).toBe(rolledBack);
    const explained = (await fluxd.get(`/v12/explain?workload=${workload}`)) as WorkloadExplanation;
    expect(explained.containers[0]).toMatchObject({
      next: '',
      candidates: [
        { tag: '1.0.1', verdict: 'held', reason: 'by the annotation fluxcd.io/hold.app' },
        { tag: '1.0.0', verdict: 'current' },
      ],
    });

    // Somebody wants it all the same: that is a new try, and the daemon answers it anew.
    const wish = { Container: 'app', Current: 'acme/app:1.0.0', Target: 'acme/app:1.0.1' };
    const spec = {
      Kind: 'execute',
      ContainerSpecs: { [workload]: [wish] },
      SkipMismatches: false,
      Force: false,
    };
    const job = await update(fluxd, 'containers', spec);
    expect(job).toMatchObject({ StatusString: 'succeeded' });
    expect(await repository.read('app.yaml', job.Result.revision)).toBe(app('1.0.1'));
    await fileIs(app('1.0.0', '\n    fluxcd.io/hold.app: "1.0.1"'));

    await push('1.0.2');
    await fileIs(app('1.0.2', '\n    fluxcd.io/hold.app: "1.0.1"'));
    await eventually(async () =>
      expect((await rollouts())[0]).toMatchObject({
        outcome: 'succeeded',
        images: [{ Target: 'acme/app:1.0.2' }],
      }),
    );
  });
});
