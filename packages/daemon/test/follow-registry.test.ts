import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import { sampleDeployment, sampleRepository } from '@fluxctl/sandbox/git-host/sample-repository';
import { type DockerHub, startDockerHub } from '@fluxctl/sandbox/image-registry/start-docker-hub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from './front-door/followed.ts';
import { eventually } from './front-door/start-fluxd.ts';

const hello = '/apis/apps/v1/namespaces/demo/deployments/docker-nodejs-demo';
const imageOf = (deployment: unknown): string | undefined =>
  (deployment as { spec: { template: { spec: { containers: { image: string }[] } } } })?.spec.template.spec
    .containers[0]?.image;

describe.each(clustersUnderTest())('fluxd and an image registry on the $name cluster', ({ start }) => {
  let cluster: ClusterAccess & { stop(): Promise<void> };
  let folder: string;
  let hub: DockerHub;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docker-hub-'));
    [cluster, hub] = await Promise.all([start(), startDockerHub(folder)]);
  });
  afterAll(async () => {
    await Promise.all([cluster?.stop(), hub?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('[daemon 44] walks through part 2: a rollback in git is repaired by policy, in one commit', async () => {
    await using world = await follow(cluster, {
      files: () => sampleRepository,
      args: ['--git-path=namespaces,workloads', '--git-poll-interval=1s'],
      env: hub.env,
    });
    const { fluxd, kube, repository } = world;
    await fluxd.start();
    await world.synced();
    await fluxd.sees('msg="polling for new images for automated workloads"');

    const from = fluxd.mark();
    const rollback = await repository.commit({ 'workloads/hello.yaml': sampleDeployment('1.0.1') });
    const repaired = await eventually(async () => {
      const head = await repository.head();
      expect(head).not.toBe(rollback);
      return head;
    });
    expect(await repository.git('log', '-1', '--format=%B%n%P', repaired)).toBe(
      `Auto-release wardviaene/docker-nodejs-demo:1.0.2\n\n${rollback}\n`,
    );
    expect(await repository.git('show', `${repaired}:workloads/hello.yaml`)).toBe(sampleDeployment('1.0.2'));
    expect(await world.synced()).toBe(repaired);
    await eventually(async () =>
      expect(imageOf(await kube.get(hello))).toBe('wardviaene/docker-nodejs-demo:1.0.2'),
    );

    const id = 'demo:deployment/docker-nodejs-demo';
    for (const line of [
      `event=refreshed url=${repository.url} branch=master HEAD=${rollback}`,
      `event="Sync: ${rollback.slice(0, 7)}, ${id}"`,
      `component=sync-loop workload=${id} container=docker-nodejs-demo repo=wardviaene/docker-nodejs-demo pattern=semver:~1.0.0 current=wardviaene/docker-nodejs-demo:1.0.1 info="added update to automation run" new=wardviaene/docker-nodejs-demo:1.0.2 reason="latest 1.0.2 (2020-01-23 12:08:04.619877884 +0000 UTC) > current 1.0.1 (2020-01-23 12:29:44.989057983 +0000 UTC)"`,
      /component=sync-loop jobID=\S+ state=in-progress/,
      /component=sync-loop jobID=\S+ type=release updates=1/,
      new RegExp(`component=sync-loop jobID=\\S+ revision=${repaired}`),
      /component=sync-loop jobID=\S+ state=done success=true/,
      `event="Commit: ${repaired.slice(0, 7)}, ${id}"`,
      `event="Sync: ${repaired.slice(0, 7)}, ${id}"`,
      'event="Automated release of wardviaene/docker-nodejs-demo:1.0.2"',
      `state="tag flux" old=${rollback} new=${repaired}`,
    ]) {
      await fluxd.sees(line, { from });
    }
    expect(fluxd.log.match(/added update to automation run/g)).toHaveLength(1);

    const jobId = /jobID=(\S+) state=done success=true/.exec(fluxd.log)?.[1];
    const note = JSON.parse(await repository.git('notes', '--ref=flux', 'show', repaired)) as unknown;
    expect(note).toEqual({
      jobID: jobId,
      spec: {
        type: 'auto',
        cause: { Message: '', User: '' },
        spec: {
          Changes: [
            {
              WorkloadID: id,
              Container: { Name: 'docker-nodejs-demo', Image: 'wardviaene/docker-nodejs-demo:1.0.1' },
              ImageID: 'wardviaene/docker-nodejs-demo:1.0.2',
            },
          ],
        },
      },
      result: expect.objectContaining({
        [id]: {
          Status: 'success',
          PerContainer: [
            {
              Container: 'docker-nodejs-demo',
              Current: 'wardviaene/docker-nodejs-demo:1.0.1',
              Target: 'wardviaene/docker-nodejs-demo:1.0.2',
            },
          ],
        },
      }),
    });
    expect(await fluxd.get('/v12/registry')).toMatchObject({
      scanning: true,
      repositories: [
        {
          repository: 'index.docker.io/wardviaene/docker-nodejs-demo',
          tags: 2,
          images: 2,
          error: '',
          quota: { limit: 100, window: 21_600 },
        },
      ],
    });
  });
});
