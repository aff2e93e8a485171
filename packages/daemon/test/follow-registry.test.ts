import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import type { HostedRepository } from '@fluxctl/sandbox/git-host/hosted-repository';
import { sampleDeployment, sampleRepository } from '@fluxctl/sandbox/git-host/sample-repository';
import { type DockerHub, startDockerHub } from '@fluxctl/sandbox/image-registry/start-docker-hub';
import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import type { RegistryStatus, RepositoryScan } from '@fluxctl/shared/api/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from './front-door/followed.ts';
import { eventually, type Fluxd } from './front-door/start-fluxd.ts';

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
    expect(await scanOf(fluxd, 'index.docker.io/wardviaene/docker-nodejs-demo')).toMatchObject({
      tags: 2,
      images: 2,
      error: '',
      quota: { limit: 100, window: 21_600 },
    });
    const metrics = await fluxd.metrics();
    for (const line of [
      /^flux_registry_fetch_duration_seconds_count\{success="true"\} [1-9]/m,
      /^flux_client_fetch_duration_seconds_count\{kind="tags",success="true"\} [1-9]/m,
      /^flux_client_fetch_duration_seconds_count\{kind="metadata",success="true"\} [1-9]/m,
      /^flux_registry_quota_limit\{host="index.docker.io"\} 100$/m,
    ]) {
      expect(metrics).toMatch(line);
    }
  });

  it('[daemon 15] [daemon 44] takes the newest inside each pattern, all of one run in one commit', async () => {
    await using host = await startImageRegistry();
    for (const [tag, created] of [
      ['1.2.0', '2024-01-05'],
      ['1.2.7', '2024-01-01'],
      ['1.3.0', '2024-01-06'],
      ['main-a', '2024-01-09'],
      ['main-b', '2024-01-08'],
      ['feature-x', '2024-02-01'],
      ['build-9', '2024-01-03'],
      ['build-10', '2024-01-02'],
    ] as const) {
      host.addImage('team/app', tag, { created: `${created}T00:00:00Z` });
    }
    const image = `${host.host}/team/app`;
    const files = {
      'semver.yaml': deployment('semver', `${image}:1.2.0`, { 'tag.app': 'semver:~1.2' }),
      'glob.yaml': deployment('glob', `${image}:main-b`, { 'tag.app': 'glob:main-*' }),
      'numbers.yaml': deployment('numbers', `${image}:build-9`, {
        'tag.app': 'regexp:^build-([0-9]+)$',
        'order.app': 'numeric',
      }),
      'locked.yaml': deployment('locked', `${image}:1.2.0`, { 'tag.app': 'semver:*', locked: 'true' }),
    };
    await using world = await follow(cluster, { files: () => files, args: [insecure] });
    const { fluxd, repository } = world;
    await fluxd.start();
    const initial = await repository.head();
    await eventually(async () => expect(await tagsIn(repository)).toEqual(newest));
    expect(await repository.log()).toEqual([
      expect.objectContaining({ subject: 'Auto-release multiple (3) images' }),
      expect.objectContaining({ revision: initial }),
    ]);
    await world.synced();
  });

  it('[daemon 14] leaves a locked HelmRelease alone, and updates it as soon as it is unlocked', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/chart', '3.9.5-glibc', { created: '2024-01-01T00:00:00Z' });
    host.addImage('team/chart', '3.10.0-glibc', { created: '2024-01-02T00:00:00Z' });
    host.addImage('team/chart', '3.11.0', { created: '2024-01-03T00:00:00Z' });
    const release = `apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata:
  name: chart
  annotations:
    fluxcd.io/automated: "true"
    fluxcd.io/locked: "true"
    fluxcd.io/tag.chart-image: glob:*-glibc
spec:
  values:
    image:
      repository: ${host.host}/team/chart
      tag: 3.9.5-glibc # moved by the daemon
`;
    await using world = await follow(cluster, {
      files: () => ({ 'definition.yaml': helmReleases, 'release.yaml': release }),
      args: [insecure, '--automation-interval=300ms'],
    });
    const { fluxd, namespace, repository } = world;
    await fluxd.start();
    await world.synced();
    const synced = await repository.head();
    await eventually(async () =>
      expect(await scanOf(fluxd, `${host.host}/team/chart`)).toMatchObject({ tags: 3, images: 3 }),
    );
    for (const _ of [1, 2]) await fluxd.sees('no automated workloads', { from: fluxd.mark() });
    expect(await repository.head()).toBe(synced);
    await repository.commit({ 'release.yaml': release.replace('    fluxcd.io/locked: "true"\n', '') });
    await fluxd.sync();
    await eventually(async () =>
      expect(await repository.read('release.yaml')).toContain('tag: 3.10.0-glibc # moved by the daemon\n'),
    );
    expect((await repository.log())[0]?.subject).toBe(`Auto-release ${host.host}/team/chart:3.10.0-glibc`);
    await fluxd.sees(`workload=${namespace}:helmrelease/chart container=chart-image`);
  });

  it("[manifests K2] reads private images with the pod's secret, the account's, and its own docker config", async () => {
    const users = { pod: 'pw-of-pod', account: 'pw-of-account', daemon: 'pw-of-daemon' };
    await using host = await startImageRegistry({
      auth: 'token',
      users,
      allow: (user, repository) => (user !== undefined && repository === `team/${user}` ? 'pull' : 'nothing'),
    });
    for (const name of Object.keys(users)) {
      for (const tag of ['1.0.0', '1.0.1']) host.addImage(`team/${name}`, tag);
    }
    const config = join(folder, 'docker-config.json');
    await writeFile(config, dockerConfig(host.host, 'daemon', users.daemon));
    await using world = await follow(cluster, {
      files: () => ({
        'pod.yaml': deployment(
          'pod',
          `${host.host}/team/pod:1.0.0`,
          semver,
          '      imagePullSecrets: [{ name: of-pod }]\n',
        ),
        'account.yaml': deployment(
          'account',
          `${host.host}/team/account:1.0.0`,
          semver,
          '      serviceAccountName: builder\n',
        ),
        'daemon.yaml': deployment('daemon', `${host.host}/team/daemon:1.0.0`, semver),
        'builder.yaml':
          'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: builder\nimagePullSecrets:\n  - name: of-account\n',
      }),
      args: [insecure, `--docker-config=${config}`],
    });
    const { fluxd, kube, namespace, repository } = world;
    for (const name of ['pod', 'account'] as const) {
      await kube.create(`/api/v1/namespaces/${namespace}/secrets`, {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/dockerconfigjson',
        metadata: { name: `of-${name}` },
        data: {
          '.dockerconfigjson': Buffer.from(dockerConfig(host.host, name, users[name])).toString('base64'),
        },
      });
    }
    await fluxd.start();
    await eventually(async () =>
      expect(await tagsIn(repository)).toEqual({ account: '1.0.1', daemon: '1.0.1', pod: '1.0.1' }),
    );
    for (const password of Object.values(users)) expect(fluxd.log).not.toContain(password);
  });

  it('says in plain words which registry it cannot read, and decides when it can', async () => {
    await using host = await startImageRegistry();
    for (const tag of ['1.0.0', '1.0.1']) host.addImage('team/app', tag);
    await host.goAway();
    await using world = await follow(cluster, {
      files: () => ({ 'app.yaml': deployment('app', `${host.host}/team/app:1.0.0`, semver) }),
      args: [insecure],
    });
    const { fluxd, namespace, repository } = world;
    await fluxd.start();
    await world.synced();
    const id = `${namespace}:deployment/app`;
    await eventually(async () => {
      const scan = await scanOf(fluxd, `${host.host}/team/app`);
      expect(scan).toMatchObject({ tags: 0, error: `cannot reach ${host.host}: connection refused` });
      expect(await fluxd.get(`/v12/explain?workload=${id}`)).toMatchObject({
        containers: [
          { obstacles: [{ kind: 'registry', reason: expect.stringContaining('connection refused') }] },
        ],
      });
    });
    await host.comeBack();
    const notice = { Kind: 'image', Source: { Name: { Domain: host.host, Image: 'team/app' } } };
    await fluxd.post('/v11/notify', notice);
    await eventually(async () => expect(await tagsIn(repository)).toEqual({ app: '1.0.1' }));

    // What is known holds while the registry is away again.
    await world.synced();
    await host.goAway();
    await fluxd.post('/v11/notify', notice);
    await repository.commit({ 'app.yaml': deployment('app', `${host.host}/team/app:1.0.0`, semver) });
    await fluxd.sync();
    await eventually(async () => expect(await tagsIn(repository)).toEqual({ app: '1.0.1' }));
  });

  it('does without the memcached that it was told of', async () => {
    await using host = await startImageRegistry();
    for (const tag of ['1.0.0', '1.0.1']) host.addImage('team/app', tag);
    await using world = await follow(cluster, {
      files: () => ({ 'app.yaml': deployment('app', `${host.host}/team/app:1.0.0`, semver) }),
      // Nobody listens on the port for discarding.
      args: [insecure, '--memcached-service=', '--memcached-hostname=127.0.0.1', '--memcached-port=9'],
    });
    await world.fluxd.start();
    await eventually(async () => expect(await tagsIn(world.repository)).toEqual({ app: '1.0.1' }));
    await world.fluxd.sees(
      'component=memcached warning="memcached does not answer; images are scanned without it"',
    );
  });

  it.each([
    { args: ['--git-readonly'], info: 'Repo is read-only; no image updates will be attempted' },
    {
      args: ['--registry-disable-scanning'],
      info: 'Registry scanning is disabled; no image updates will be attempted',
    },
  ])('[daemon 55] updates nothing with $args, and says so', async ({ args, info }) => {
    await using host = await startImageRegistry();
    for (const tag of ['1.0.0', '1.0.1']) host.addImage('team/app', tag);
    await using world = await follow(cluster, {
      files: () => ({ 'app.yaml': deployment('app', `${host.host}/team/app:1.0.0`, semver) }),
      args: [insecure, '--automation-interval=300ms', ...args],
    });
    const { fluxd, namespace } = world;
    await fluxd.start();
    await fluxd.sees(`component=sync-loop info="${info}"`);
    await fluxd.sees(/event="Sync: /);
    const scans = !args.includes('--registry-disable-scanning');
    await eventually(async () =>
      expect(await fluxd.get(`/v10/images?namespace=${namespace}`)).toMatchObject([
        {
          Containers: [
            scans
              ? { AvailableImagesCount: 2 }
              : { AvailableError: 'image data not available: image scanning is disabled' },
          ],
        },
      ]),
    );
    expect(host.requests.count() > 0).toBe(scans);
    await fluxd.end('SIGTERM');
    expect(fluxd.log).not.toContain('polling for new images');
    expect(await world.repository.log()).toHaveLength(1);
  });
});

const insecure = '--registry-insecure-host=127.0.0.1';
const semver = { 'tag.app': 'semver:~1.0' };
const newest = { glob: 'main-a', locked: '1.2.0', numbers: 'build-10', semver: '1.2.7' };

/** Automated, without pods. */
function deployment(
  name: string,
  image: string,
  policies: Readonly<Record<string, string>>,
  morePod = '',
): string {
  const annotations = Object.entries({ automated: 'true', ...policies }).map(
    ([policy, value]) => `    fluxcd.io/${policy}: ${JSON.stringify(value)}\n`,
  );
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  annotations:
${annotations.join('')}spec:
  replicas: 0
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
${morePod}      containers:
        - name: app
          image: ${image}
`;
}

const helmReleases = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: helmreleases.helm.fluxcd.io
spec:
  group: helm.fluxcd.io
  scope: Namespaced
  names: { kind: HelmRelease, plural: helmreleases, singular: helmrelease }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true }
`;

function dockerConfig(host: string, user: string, password: string): string {
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [host]: { auth } } });
}

async function scanOf(fluxd: Fluxd, repository: string): Promise<RepositoryScan | undefined> {
  const { repositories } = (await fluxd.get('/v12/registry')) as RegistryStatus;
  return repositories.find((scan) => scan.repository === repository);
}

/** Of the images in git, by the workload's name. */
async function tagsIn(repository: HostedRepository): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [path, text] of Object.entries(await repository.files())) {
    const tag = /^ +image: \S+:(\S+)$/m.exec(text)?.[1];
    if (tag !== undefined) found[path.replace('.yaml', '')] = tag;
  }
  return found;
}
