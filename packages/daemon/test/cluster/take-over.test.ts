import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expect, it } from 'vitest';
import { lastAppliedAnnotation } from '../../src/cluster/take-over.ts';
import { expectActions, item, refOf, type TestObject } from './objects.ts';
import { onClusters } from './on-clusters.ts';

/** As `kubectl apply` sends it: the manifest, and the manifest again in an annotation. */
function appliedByClient(object: TestObject): TestObject {
  const annotations = { [lastAppliedAnnotation]: `${JSON.stringify(object)}\n` };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The real `kubectl apply`. */
async function kubectlApply(access: ClusterAccess, object: TestObject): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-test-'));
  try {
    const files = { config: join(folder, 'config'), manifest: join(folder, 'manifest.json') };
    await writeFile(files.config, access.kubeconfig, { mode: 0o600 });
    await writeFile(files.manifest, JSON.stringify(object));
    await promisify(execFile)('kubectl', ['apply', '-f', files.manifest, '--kubeconfig', files.config], {
      env: { PATH: process.env['PATH'], HOME: folder },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

onClusters((bench) => {
  it.skipIf(!hasKubectl())(
    'takes over what the installed kubectl applies, before and in between',
    async () => {
      const { access, apply, hands, make } = bench();
      const variables = (...names: string[]) => ({ env: names.map((name) => ({ name, value: '1' })) });
      await kubectlApply(access, make.deployment('by-hand', variables('KEPT', 'GONE')));
      expectActions(await apply(make.deployment('by-hand', variables('KEPT'))), 'configured');
      await kubectlApply(access, make.deployment('by-hand', variables('KEPT', 'AGAIN')));
      expectActions(await apply(make.deployment('by-hand', variables('KEPT'))), 'configured');
      expect(await hands.read(make.deployment('by-hand'))).toMatchObject({
        spec: { template: { spec: { containers: [variables('KEPT')] } } },
      });
      expectActions(await apply(make.deployment('by-hand', variables('KEPT'))), 'unchanged');
    },
  );

  it.each([
    { what: 'kubectl apply', manager: 'kubectl-client-side-apply' },
    { what: 'an older kubectl, as Flux v1 has it', manager: 'kubectl' },
    { what: 'a tool that restored it', manager: 'velero-server' },
  ])('takes over what $what wrote: a field removed in git really goes', async ({ manager }) => {
    const { apply, hands, make } = bench();
    await hands.create(appliedByClient(make.configMap('taken', { kept: '1', removed: '2' })), manager);
    await hands.patch(make.configMap('taken'), { data: { foreign: '3' } });
    expectActions(await apply(make.configMap('taken', { kept: '1' })), 'configured');
    const live = await hands.read(make.configMap('taken'));
    expect(live['data']).toEqual({ kept: '1', foreign: '3' });
    expect(live.metadata['annotations']).not.toHaveProperty([lastAppliedAnnotation]);
    expectActions(await apply(make.configMap('taken', { kept: '1' })), 'unchanged');
  });

  it('takes over an object that had no managed fields', async () => {
    const { apply, hands, make } = bench();
    const old = make.configMap('ancient', { kept: '1', removed: '2' });
    await hands.create({ ...appliedByClient(old), data: { kept: '1', removed: '2', foreign: '3' } });
    await hands.patch(old, { metadata: { managedFields: [{}] } } as unknown as JsonObject);
    expectActions(await apply(make.configMap('ancient', { kept: '1' })), 'configured');
    expect((await hands.read(old))['data']).toEqual({ kept: '1', foreign: '3' });
  });

  it('removes items of lists: a port, a container, a variable', async () => {
    const { apply, hands, make } = bench();
    const variables = [
      { name: 'KEPT', value: '1' },
      { name: 'GONE', value: '2' },
    ];
    const old = make.deployment('lists', {
      env: variables,
      ports: [{ containerPort: 80 }, { containerPort: 81 }],
    });
    const spec = (old as unknown as { spec: { template: { spec: { containers: JsonObject[] } } } }).spec;
    spec.template.spec.containers.push({ name: 'sidecar', image: 'busybox' });
    await hands.create(appliedByClient(old), 'kubectl-client-side-apply');
    const wanted = make.deployment('lists', { env: variables.slice(0, 1), ports: [{ containerPort: 80 }] });
    expectActions(await apply(wanted), 'configured');
    const live = (await hands.read(old)) as unknown as typeof old & { spec: typeof spec };
    const { containers } = live.spec.template.spec;
    expect(containers).toEqual([
      expect.objectContaining({
        env: [{ name: 'KEPT', value: '1' }],
        ports: [{ containerPort: 80, protocol: 'TCP' }],
      }),
    ]);
  });

  it('leaves alone what a controller or a scale wrote in between', async () => {
    const { apply, hands, make } = bench();
    const { replicas: _, ...spec } = make.deployment('scaled')['spec'] as JsonObject;
    const object: TestObject = { ...make.deployment('scaled'), spec };
    await hands.create(appliedByClient(object), 'kubectl-client-side-apply');
    await hands.patch(object, { spec: { replicas: 3 } }, '/scale');
    expectActions(await apply(object), 'configured');
    expect(await hands.read(object)).toMatchObject({ spec: { replicas: 3 } });
  });

  it('does not take what admission filled in where it is immutable', async () => {
    const { apply, hands, namespace } = bench();
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const claim: TestObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'claim', namespace },
      spec,
    };
    // as the default storage class does it: in the name of whoever creates the claim
    const filled = { ...appliedByClient(claim), spec: { ...spec, storageClassName: 'standard' } };
    await hands.create(filled, 'kubectl-client-side-apply');
    expectActions(await apply(claim), 'configured');
    expect(await hands.read(claim)).toMatchObject({ spec: { storageClassName: 'standard' } });
    expectActions(await apply(claim), 'configured');
  });

  it('ends a take-over after a restart that a kill cut short', async () => {
    const { apply, again, flux, hands, make } = bench();
    const wanted = make.configMap('cut-short', { kept: '1' });
    const body = (await item(wanted).body(flux.signal)) as TestObject;
    await hands.create(appliedByClient(make.configMap('cut-short', { kept: '1', removed: '2' })), 'kubectl');
    // the first of the two applies came through, the daemon ended, and nobody knows
    await hands.apply(body, 'flux');
    const restarted = await again();
    await restarted.cluster.live.follow([{ apiVersion: 'v1', kind: 'ConfigMap' }], restarted.signal);
    expect(restarted.cluster.live.confirm(refOf(wanted), body)).toBe('changed');
    expectActions(await apply(wanted), 'configured');
    expect((await hands.read(wanted))['data']).toEqual({ kept: '1' });
  });
});
