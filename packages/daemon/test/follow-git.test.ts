import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import { sampleDeployment, sampleRepository } from '@fluxctl/sandbox/git-host/sample-repository';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap, follow } from './front-door/followed.ts';
import { kubeOf } from './front-door/kube.ts';
import { eventually } from './front-door/start-fluxd.ts';
import { createGpgRing, hasGpg } from './git/gpg-ring.ts';

const run = promisify(execFile);

const hello = '/apis/apps/v1/namespaces/demo/deployments/docker-nodejs-demo';
const imageOf = (deployment: unknown): string | undefined =>
  (deployment as { spec: { template: { spec: { containers: { image: string }[] } } } })?.spec.template.spec
    .containers[0]?.image;

describe.each(clustersUnderTest())('fluxd on the $name cluster', ({ start }) => {
  let cluster: ClusterAccess;
  beforeAll(async () => {
    cluster = await start();
  });
  afterAll(() => cluster?.stop());

  it('[daemon 1] [daemon 2] walks through part 1: clone, apply, mark, tell; then a commit', async () => {
    await using world = await follow(cluster, {
      files: () => sampleRepository,
      args: ['--git-path=namespaces,workloads', '--git-poll-interval=1s'],
    });
    const { fluxd, repository } = world;
    await fluxd.start();
    const head = await world.synced();
    const url = repository.url;
    for (const line of [
      'component=sync-loop err="git repo not ready: git repo has not been cloned yet"',
      `component=sync-loop event=cloned url=${url} branch=master`,
      `component=sync-loop event=refreshed url=${url} branch=master HEAD=${head}`,
      `component=daemon info="trying to sync git changes to the cluster" old= new=${head}`,
      'method=Sync cmd=apply args= count=3',
      'output="namespace/demo created\\nservice/docker-nodejs-demo created\\ndeployment.apps/docker-nodejs-demo created"',
      `component=daemon event="Sync: ${head.slice(0, 7)}, <cluster>:namespace/demo, demo:deployment/docker-nodejs-demo, demo:service/docker-nodejs-demo" logupstream=false`,
      `component=sync-loop state="tag flux" old= new=${head}`,
    ]) {
      await fluxd.sees(line);
    }
    expect(fluxd.log.split('\n')[0]).toMatch(/^ts=\S+Z caller=main\.ts:\d+ version=\d+\.\d+\.\d+$/);

    const next = await repository.commit({ 'workloads/hello.yaml': sampleDeployment('1.0.1') });
    await world.synced();
    await fluxd.sees(`state="tag flux" old=${head} new=${next}`);
    await fluxd.sees(
      'output="deployment.apps/docker-nodejs-demo configured\\nnamespace/demo unchanged\\nservice/docker-nodejs-demo unchanged"',
    );
    await fluxd.sees(`event="Sync: ${next.slice(0, 7)}, demo:deployment/docker-nodejs-demo"`);
    expect(imageOf(await kubeOf(cluster).get(hello))).toBe('wardviaene/docker-nodejs-demo:1.0.1');
    expect(await fluxd.get('/v11/services?services=demo:deployment/docker-nodejs-demo')).toMatchObject([
      { ID: 'demo:deployment/docker-nodejs-demo', ReadOnly: '', Automated: true, SyncError: '' },
    ]);
  });

  it.skipIf(!hasGpg())(
    '[daemon 6] with a signing key the sync tag and the commit of a lock are signed',
    async () => {
      await using ring = await createGpgRing();
      const key = await ring.newKey('Weave Flux <support@weave.works>');
      await using world = await follow(cluster, {
        files: (namespace) => ({
          'hello.yaml': sampleDeployment('1.0.2').replace('namespace: demo', `namespace: ${namespace}`),
        }),
        args: [
          `--git-gpg-key-import=${key.file},/no/such/file`,
          `--git-signing-key=${key.id}`,
          '--git-set-author',
          '--git-ci-skip',
        ],
      });
      const { fluxd, repository, namespace } = world;
      await fluxd.start();
      const first = await world.synced();
      await mkdir(ring.env.GNUPGHOME, { mode: 0o700 });
      await run('gpg', ['--batch', '--import', key.file], { env: ring.env });
      const verify = (what: string, name: string) =>
        run('git', ['--git-dir', repository.path, what, name], { env: ring.env });
      await verify('verify-tag', 'flux');
      for (const line of [
        `info="imported GPG key(s) from ${key.file}" files=[${key.file}]`,
        'error="failed to import GPG key(s) from /no/such/file" err="stat /no/such/file: no such file or directory"',
        ` email=support@weave.works signing-key=${key.id} `,
        ' set-author=true',
      ]) {
        await fluxd.sees(line);
      }

      await fluxd.post('/v9/update-manifests', {
        type: 'policy',
        cause: { Message: '', User: 'Jane <jane@x>' },
        spec: { [`${namespace}:deployment/docker-nodejs-demo`]: { add: { locked: 'true' } } },
      });
      await eventually(async () => expect(await repository.head()).not.toBe(first));
      await world.synced();
      await verify('verify-commit', 'refs/heads/master');
      await verify('verify-tag', 'flux');
      expect(await repository.git('log', '-1', '--format=%an <%ae>, %cn: %B', 'refs/heads/master')).toBe(
        `Jane <jane@x>, Weave Flux: Locked: ${namespace}:deployment/docker-nodejs-demo\n\n[ci skip]\n\n`,
      );
    },
  );

  it('[daemon 3] [daemon 39] a second definition and a file that is no YAML cost only themselves', async () => {
    await using world = await follow(cluster, {
      files: () => ({ 'a.yaml': configMap('a'), 'b.yaml': configMap('b') }),
    });
    const { fluxd, repository } = world;
    await fluxd.start();
    await world.synced();
    await repository.commit({
      'a.yaml': configMap('a', 'two'),
      'b.yaml': configMap('b', 'two'),
      'copy.yaml': configMap('b', 'three'),
      'bad.yaml': 'a: b: c\n',
    });
    const status = await fluxd.sync();
    await world.synced();
    expect(await world.configMap('a')).toMatchObject({ data: { value: 'two' } });
    expect(await world.configMap('b')).toMatchObject({ data: { value: 'one' } });
    await fluxd.sees("duplicate definition of '");
    expect(status.lastPass?.outcomes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: expect.stringMatching(/:configmap\/b$/), action: 'failed' }),
        expect.objectContaining({ action: 'failed', source: expect.objectContaining({ path: 'bad.yaml' }) }),
      ]),
    );
    await repository.commit({ 'copy.yaml': null, 'bad.yaml': null });
    expect((await fluxd.sync()).lastPass?.counts).toEqual({ configured: 1, unchanged: 1 });
  });

  it('[daemon 4] [daemon 5] collects what git no longer has, when asked to sync', async () => {
    await using world = await follow(cluster, {
      files: () => ({ 'a.yaml': configMap('a'), 'b.yaml': configMap('b') }),
      args: ['--git-poll-interval=10h', '--sync-interval=10h'],
    });
    await world.fluxd.start();
    await world.synced();
    await world.repository.commit({ 'b.yaml': null });
    const status = await world.fluxd.sync();
    expect(status.lastPass?.counts).toEqual({ unchanged: 1, deleted: 1 });
    await world.synced();
    expect(await world.configMap('b')).toBeUndefined();
    expect(await world.configMap('a')).toBeDefined();
  });

  it('[daemon 71] puts right at once what somebody edits or deletes, and leaves the rest of the object alone', async () => {
    await using world = await follow(cluster, { files: () => ({ 'a.yaml': configMap('a') }) });
    const { kube, namespace, fluxd } = world;
    await fluxd.start();
    await world.synced();
    const path = `/api/v1/namespaces/${namespace}/configmaps/a`;
    await kube.patch(path, {
      data: { value: 'theirs', theirs: 'too' },
      metadata: { labels: { theirs: 'yes' } },
    });
    await eventually(async () =>
      expect(await world.configMap('a')).toMatchObject({
        data: { value: 'one', theirs: 'too' },
        metadata: { labels: { theirs: 'yes' } },
      }),
    );
    await fluxd.sees('changed-by=somebody');
    await kube.remove(path);
    await eventually(async () =>
      expect(await world.configMap('a')).toMatchObject({ data: { value: 'one' } }),
    );
  });

  it('[daemon 40] [daemon 60] one bad object fails alone, with its file, and is tried again without a commit', async () => {
    await using world = await follow(cluster, {
      files: () => ({
        'a.yaml': configMap('a'),
        'late.yaml': configMap('late', 'one').replace(
          '  name: late\n',
          '  name: late\n  namespace: NAMESPACE-late\n',
        ),
      }),
    });
    const { fluxd, kube, namespace, repository } = world;
    await repository.commit({
      'late.yaml': configMap('late').replace(
        '  name: late\n',
        `  name: late\n  namespace: ${namespace}-late\n`,
      ),
    });
    await fluxd.start();
    const head = await world.synced();
    expect(await world.configMap('a')).toBeDefined();
    // the tag is there for all to see a moment before the pass has ended
    const status = await eventually(async () => {
      const seen = await fluxd.status();
      expect(seen.lastPass).not.toBeNull();
      return seen;
    });
    expect(status.lastPass).toMatchObject({
      revision: head,
      counts: { created: 1, failed: 1 },
      outcomes: [
        {
          id: `${namespace}-late:configmap/late`,
          action: 'failed',
          source: { path: 'late.yaml', line: 1, document: 1 },
          error: { message: expect.stringContaining('not found') },
        },
      ],
    });
    expect(status.retryAt).toMatch(/Z$/);
    await fluxd.sees(`component=daemon err="${namespace}-late:configmap/late: `);
    expect(await fluxd.get(`/v6/sync?ref=${head.slice(0, 7)}`)).toEqual([]);
    await kube.create('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `${namespace}-late` },
    });
    expect((await fluxd.sync()).lastPass?.outcomes).toEqual([]);
    expect(await kube.get(`/api/v1/namespaces/${namespace}-late/configmaps/late`)).toBeDefined();
  });

  it('[daemon 33] [daemon 34] applies a CRD and its object of one commit, and an object whose CRD comes later', async () => {
    const crd = (group: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.${group}
spec:
  group: ${group}
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true }
`;
    const widget = (group: string, name: string): string =>
      `apiVersion: ${group}/v1\nkind: Widget\nmetadata:\n  name: ${name}\n`;
    let group = '';
    await using world = await follow(cluster, {
      files: (namespace) => {
        group = `${namespace}.example.com`;
        return { 'crd.yaml': crd(group), 'widget.yaml': widget(group, 'w') };
      },
    });
    const { fluxd, kube, namespace, repository } = world;
    await fluxd.start();
    await world.synced();
    expect(await kube.get(`/apis/${group}/v1/namespaces/${namespace}/widgets/w`)).toBeDefined();
    // The tag is there a moment before the pass has ended.
    await eventually(async () => expect((await fluxd.status()).lastPass?.outcomes).toEqual([]));

    const other = `late-${group}`;
    await repository.commit({ 'late.yaml': widget(other, 'v') });
    const status = await fluxd.sync();
    expect(status.lastPass?.outcomes).toMatchObject([{ action: 'failed', source: { path: 'late.yaml' } }]);
    await fluxd.sees('cannot find scope of resource widget/v');
    await kube.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', load(crd(other)) as never);
    await fluxd.sees('back in business!');
    await eventually(async () =>
      expect(await kube.get(`/apis/${other}/v1/namespaces/${namespace}/widgets/v`)).toBeDefined(),
    );
  });

  it('[daemon 63] [daemon 55] keeps the state on the secret when it may not write to git', async () => {
    await using world = await follow(cluster, {
      files: () => ({ 'a.yaml': configMap('a') }),
      args: ['--git-readonly'],
    });
    const { fluxd, kube, namespace, repository } = world;
    await fluxd.start();
    const head = await repository.head();
    await fluxd.sees(`state="kubernetes ${namespace}:secret/flux-git-deploy" old= new=${head}`);
    expect(await kube.get(`/api/v1/namespaces/${namespace}/secrets/flux-git-deploy`)).toMatchObject({
      metadata: { annotations: { 'flux.weave.works/sync-hwm': head } },
    });
    expect(await repository.tagNames()).toEqual([]);
    await fluxd.sees('--git-readonly prevents use of --sync-state=git');
    expect(await fluxd.get(`/v6/sync?ref=${head}`)).toEqual([]);
  });

  it('[daemon 37] sends nothing after a restart when all is as it was', async () => {
    await using world = await follow(cluster, {
      files: () => ({ 'a.yaml': configMap('a'), 'b.yaml': configMap('b') }),
    });
    const { fluxd } = world;
    await fluxd.start();
    await world.synced();
    const before = await world.configMap('a');
    expect(await fluxd.end('SIGTERM')).toBe(0);
    await fluxd.sees('exiting=terminated').catch(() => expect(fluxd.log).toContain('exiting=terminated'));
    const from = fluxd.mark();
    await fluxd.start();
    await fluxd.sees('nothing to do: the cluster is as git has it', { from });
    expect(fluxd.log.slice(from)).not.toContain('cmd=apply');
    expect(fluxd.log.slice(from)).not.toContain('event="Sync');
    expect(await world.configMap('a')).toEqual(before);
  });

  it('[daemon 74] ends a sync that is under way when it is told to stop', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `many-${index}`);
    await using world = await follow(cluster, {
      files: () => Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name)])),
    });
    const { fluxd, repository } = world;
    await fluxd.start();
    await fluxd.sees('cmd=apply');
    expect(await fluxd.end('SIGTERM')).toBe(0);
    expect(fluxd.log).toContain('exiting=terminated');
    expect(fluxd.log).toContain('component=sync-loop stopping=true');
    expect((await repository.tag('flux'))?.revision).toBe(await repository.head());
    expect(await world.configMap('many-299')).toBeDefined();
  });

  it('[daemon 59] waits for a branch that is not there yet', async () => {
    await using world = await follow(cluster, {
      files: () => ({ 'a.yaml': configMap('a') }),
      branch: 'main',
      args: ['--git-poll-interval=1s'],
    });
    const { fluxd, repository } = world;
    await fluxd.start();
    await fluxd.sees("configured branch 'main' does not exist");
    expect((await fluxd.status()).state).toBe('cloned');
    await repository.commit({ 'b.yaml': configMap('b') }, { branch: 'main' });
    await world.synced();
    expect(await world.configMap('b')).toBeDefined();
  });

  it('[daemon 58] runs without a repository', async () => {
    await using world = await follow(cluster, { files: () => ({}), args: ['--git-url='] });
    await world.fluxd.start();
    const config = await world.fluxd.post('/v9/git-repo-config', false);
    expect(config).toMatchObject({ status: 'unconfigured', publicSSHKey: { key: '' } });
  });
});
