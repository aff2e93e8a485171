import { expect, it } from 'vitest';
import { startFaultProxy } from './fault-proxy.ts';
import type { TestObject } from './objects.ts';
import { eventually, onClusters } from './on-clusters.ts';

function pullSecret(namespace: string, name: string, user: string): TestObject {
  const config = { auths: { 'quay.io': { auth: Buffer.from(`${user}:pw`).toString('base64') } } };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: { name, namespace },
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') },
  };
}

function account(namespace: string, name: string, secrets: string[]): TestObject {
  const imagePullSecrets = secrets.map((secret) => ({ name: secret }));
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace }, imagePullSecrets };
}

onClusters((bench) => {
  it('tells of each workload with which account and secrets its pods pull', async () => {
    const { apply, flux, make, namespace } = bench();
    const plain = make.deployment('plain');
    const own = make.deployment('own');
    const spec = own['spec'] as { template: { spec: Record<string, unknown> } };
    spec.template.spec['serviceAccountName'] = 'builder';
    spec.template.spec['imagePullSecrets'] = [{ name: 'b' }, { name: 'a' }];
    await apply(plain, own);
    await eventually(async () => {
      const found = await flux.cluster.workloads({ namespace }, flux.signal);
      expect(new Map(found.map(({ id, pullsWith }) => [id, pullsWith]))).toEqual(
        new Map([
          [`${namespace}:deployment/plain`, { serviceAccount: 'default', secrets: [] }],
          [`${namespace}:deployment/own`, { serviceAccount: 'builder', secrets: ['b', 'a'] }],
        ]),
      );
    });
  });

  it("[manifests K2] gives the account's secrets, then the pod's, of that namespace and of no other", async () => {
    const { flux, hands, namespace } = bench();
    const other = `${namespace}-other`;
    await hands.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } });
    await hands.create(pullSecret(namespace, 'of-account', 'here'));
    await hands.create(pullSecret(other, 'of-account', 'elsewhere'));
    await hands.create({
      ...pullSecret(namespace, 'of-pod', 'pod'),
      type: 'Opaque',
      stringData: { more: 'x' },
    });
    await hands.create(account(namespace, 'builder', ['of-account']));
    await hands.create(account(other, 'builder', ['of-account']));

    const source = { serviceAccount: 'builder', secrets: ['of-pod'] };
    const found = await flux.cluster.pullSecrets(namespace, source, flux.signal);
    expect(found.map(({ origin, type }) => [origin, type])).toEqual([
      [`${namespace}:secret/of-account`, 'kubernetes.io/dockerconfigjson'],
      [`${namespace}:secret/of-pod`, 'Opaque'],
    ]);
    expect(found.map(({ data }) => [...data.keys()])).toEqual([['.dockerconfigjson'], ['.dockerconfigjson']]);
    const textOf = (secret = found[0]) => Buffer.from(secret?.data.get('.dockerconfigjson') ?? '').toString();
    expect(textOf()).toContain(Buffer.from('here:pw').toString('base64'));
    const [foreign] = await flux.cluster.pullSecrets(other, source, flux.signal);
    expect(textOf(foreign)).toContain(Buffer.from('elsewhere:pw').toString('base64'));
  });

  it('asks once for what it is asked for again and again, and tells once what is not there', async () => {
    const { access, again, hands, namespace } = bench();
    const proxy = await startFaultProxy(access);
    try {
      const { cluster, logged, signal } = await again({ through: proxy.server });
      await hands.create(pullSecret(namespace, 'there', 'u'));
      const source = { serviceAccount: 'nobody', secrets: ['there', 'gone'] };
      const ask = () => cluster.pullSecrets(namespace, source, signal);
      const [first, second] = [await ask(), await ask()];
      expect(first.map(({ origin }) => origin)).toEqual([`${namespace}:secret/there`]);
      expect(second[0]).toBe(first[0]);
      expect(proxy.requests.map(({ url }) => url.split('/').slice(-2).join('/')).toSorted()).toEqual([
        'secrets/gone',
        'secrets/there',
        'serviceaccounts/nobody',
      ]);
      const err = `getting secret "gone" from namespace "${namespace}": secrets "gone" not found`;
      expect(logged).toEqual([{ err }]);
    } finally {
      await proxy.stop();
    }
  });

  it('goes without what it may not read, and says so once; an API server that is away is another matter', async () => {
    const { access, again, namespace } = bench();
    const proxy = await startFaultProxy(access);
    try {
      const { cluster, logged, signal } = await again({ through: proxy.server });
      proxy.fault = ({ url }) =>
        /secrets|serviceaccounts|nodes/.test(url)
          ? { status: 403, reason: 'Forbidden', message: 'no' }
          : undefined;
      for (const name of ['a', 'b']) {
        const source = { serviceAccount: name, secrets: [name] };
        expect(await cluster.pullSecrets(namespace, source, signal)).toEqual([]);
      }
      expect(await cluster.nodePlatforms(signal)).toEqual([]);
      expect(logged.map(({ warning }) => warning)).toEqual([
        'not allowed to read serviceaccounts for pulling images',
        'not allowed to read secrets for pulling images',
        'not allowed to list nodes',
      ]);
      proxy.fault = () => ({ status: 422, message: 'broken' });
      await expect(
        cluster.pullSecrets(namespace, { serviceAccount: 'c', secrets: [] }, signal),
      ).rejects.toThrow('broken');
    } finally {
      await proxy.stop();
    }
  });

  it('knows the platforms of the nodes, linux/amd64 first, from one list', async () => {
    const { access, again, hands, serial } = bench();
    for (const [name, os, arch] of [
      ['arm', 'linux', 'arm64'],
      ['amd', 'linux', 'amd64'],
      ['win', 'windows', 'amd64'],
      ['arm-too', 'linux', 'arm64'],
    ]) {
      const labels = { 'kubernetes.io/os': `${os}`, 'kubernetes.io/arch': `${arch}` };
      await hands.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: `${name}-${serial}`, labels } });
    }
    await hands.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: `bare-${serial}` } });
    const proxy = await startFaultProxy(access);
    try {
      const { cluster, signal } = await again({ through: proxy.server });
      const expected = ['linux/amd64', 'linux/arm64', 'windows/amd64'];
      expect(await cluster.nodePlatforms(signal)).toEqual(expected);
      expect(await cluster.nodePlatforms(signal)).toEqual(expected);
      expect(proxy.requests.filter(({ url }) => url.includes('nodes'))).toHaveLength(1);
    } finally {
      await proxy.stop();
    }
  });

  it('tells when images change, and not when only the number of pods does', async () => {
    const { again, apply, hands, make, namespace } = bench();
    const { cluster, signal } = await again();
    let changes = 0;
    cluster.onImagesChange(() => {
      changes += 1;
    });
    await cluster.workloads({}, signal);
    const before = changes;
    await apply(make.deployment('app'));
    await eventually(() => expect(changes).toBe(before + 1));
    await hands.patch(make.deployment('app'), { spec: { replicas: 3 } });
    await eventually(async () => {
      const [workload] = await cluster.workloads({ namespace }, signal);
      expect(workload?.rollout.Desired).toBe(3);
    });
    expect(changes).toBe(before + 1);
    const container = { name: 'app', image: 'alpine:3.20' };
    await hands.patch(make.deployment('app'), {
      spec: { template: { spec: { containers: [container] } } },
    });
    await eventually(() => expect(changes).toBe(before + 2));
  });
});
