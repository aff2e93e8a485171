import { parseImageRef, printImageName } from '@fluxctl/shared/images/image-ref';
import type { Policies } from '@fluxctl/shared/policy/policies';
import { parseResourceId, type ResourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import type { PullSecret, PullSource, Workload } from '../cluster/cluster.ts';
import type { LogFields, Logger } from '../log/logger.ts';
import { createImageNeeds } from './image-needs.ts';

const signal = new AbortController().signal;

function workload(
  id: string,
  images: Readonly<Record<string, string>>,
  pullsWith: PullSource = { serviceAccount: 'default', secrets: [] },
): Workload {
  const containers = Object.entries(images).map(([name, image]) => ({ name, image: parseImageRef(image) }));
  return { id: parseResourceId(id), containers, pullsWith } as unknown as Workload;
}

function secret(
  origin: string,
  hosts: Readonly<Record<string, string>>,
  more: Partial<PullSecret> = {},
): PullSecret {
  const auths = Object.fromEntries(
    Object.entries(hosts).map(([host, login]) => [host, { auth: Buffer.from(login).toString('base64') }]),
  );
  const data = new Map([['.dockerconfigjson', Buffer.from(JSON.stringify({ auths }))]]);
  return { origin, type: 'kubernetes.io/dockerconfigjson', data, ...more };
}

function needsOf(
  workloads: readonly Workload[],
  {
    policies = {},
    secrets = () => [],
  }: {
    policies?: Readonly<Record<string, Policies>>;
    secrets?: (namespace: string, source: PullSource) => readonly PullSecret[];
  } = {},
) {
  const lines: LogFields[] = [];
  const log: Logger = { log: (fields) => void lines.push(fields), with: () => log };
  const defined = new Map(Object.entries(policies) as [ResourceId, Policies][]);
  const world = {
    failing: false,
    asked: [] as string[],
    lines,
    needs: () => needs(signal),
    async collect() {
      return (await needs(signal)).map(({ name, current, patterns, logins }) => ({
        name: printImageName(name),
        current,
        patterns: patterns.map(({ text }) => text),
        logins: String(logins),
      }));
    },
  };
  const needs = createImageNeeds({
    log,
    cluster: {
      workloads: async () => workloads,
      pullSecrets: async (namespace, source) => {
        world.asked.push(`${namespace}/${source.serviceAccount}`);
        return secrets(namespace, source);
      },
    },
    policies: async () => {
      if (world.failing) throw new Error('broken YAML');
      return defined;
    },
  });
  return world;
}

describe('createImageNeeds', () => {
  it('names what every container runs, and patterns of what is automated, locked or not', async () => {
    const world = needsOf(
      [
        workload('a:deployment/auto', { app: 'quay.io/x/app:1.0', side: 'alpine' }),
        workload('a:deployment/locked', { app: 'quay.io/x/app:1.1' }),
        workload('a:cronjob/hand', { job: 'job:3' }),
        workload('a:daemonset/pinned', { p: `p@sha256:${'a'.repeat(64)}` }),
      ],
      {
        policies: {
          'a:deployment/auto': { automated: 'true', 'tag.app': 'semver:~1.0' },
          'a:deployment/locked': { automated: 'true', locked: 'true', 'tag.app': 'glob:1.*' },
          'a:cronjob/hand': { 'tag.job': 'glob:3*' },
        },
      },
    );
    const logins = '{}';
    expect(await world.collect()).toEqual([
      { name: 'job', current: ['3'], patterns: [], logins },
      { name: 'p', current: [], patterns: [], logins },
      { name: 'quay.io/x/app', current: ['1.0'], patterns: ['semver:~1.0'], logins },
      { name: 'alpine', current: [], patterns: ['glob:*'], logins },
      { name: 'quay.io/x/app', current: ['1.1'], patterns: ['glob:1.*'], logins },
    ]);
    world.failing = true;
    expect((await world.collect())[2]).toMatchObject({ patterns: ['semver:~1.0'] });
  });

  it.each([
    { tag: 'regexp:^build-([0-9]+)$', order: 'numeric', newest: 'build-10' },
    { tag: 'regexp:^build-', order: undefined, newest: 'by time' },
    { tag: 'regexp:^build-', order: 'alphabetical', newest: 'build-9' },
    { tag: 'regexp:^rel-(.*)$', order: 'semver', newest: 'rel-1.10.0' },
    { tag: 'regexp:^rel-(.*)$', order: 'numeric', newest: undefined },
    { tag: 'semver:*', order: undefined, newest: 'by version' },
    { tag: 'semver:*', order: 'created', newest: 'by time' },
  ])('of $tag in the order $order needs the facts of $newest', async ({ tag, order, newest }) => {
    const policies = { automated: 'true', 'tag.c': tag, ...(order && { 'order.c': order }) };
    const world = needsOf([workload('a:deployment/b', { c: 'x/c:1' })], {
      policies: { 'a:deployment/b': policies },
    });
    const [pattern] = (await world.needs())[0]?.patterns ?? [];
    const listed = ['build-9', 'build-10', 'build-1', 'rel-1.10.0', 'rel-1.9.0', '1.0.0'];
    const tags = listed.filter((tag) => pattern?.matches(tag));
    const usual = pattern?.kind === 'semver' && !pattern.order ? 'by version' : 'by time';
    expect(pattern?.order?.newest ? pattern.order.newest(tags) : usual).toBe(newest);
  });

  it("[manifests K1] [manifests K2] merges the account's and the pod's secrets, the pod's last, and asks once for each place", async () => {
    const account = secret('a:secret/account', { 'quay.io': 'robot:one', 'gcr.io': 'g:two' });
    const pod = secret('a:secret/pod', { 'quay.io': 'human:three' });
    const world = needsOf(
      [
        workload('a:deployment/x', { c: 'quay.io/x:1' }, { serviceAccount: 'default', secrets: ['pod'] }),
        workload('a:deployment/y', { c: 'quay.io/y:1' }),
        workload('a:deployment/z', { c: 'quay.io/z:1' }),
      ],
      { secrets: (_, { secrets }) => (secrets.length > 0 ? [account, pod] : [account]) },
    );
    const gcr = '<registry creds for g@gcr.io, from a:secret/account>';
    expect((await world.collect()).map(({ logins }) => logins)).toEqual([
      `{<registry creds for human@quay.io, from a:secret/pod>, ${gcr}}`,
      `{<registry creds for robot@quay.io, from a:secret/account>, ${gcr}}`,
      `{<registry creds for robot@quay.io, from a:secret/account>, ${gcr}}`,
    ]);
    expect(world.asked).toEqual(['a/default', 'a/default']);
  });

  it('tells once what is amiss with a secret, and goes on without it', async () => {
    const opaque = secret('a:secret/opaque', {}, { type: 'Opaque' });
    const broken = {
      ...secret('a:secret/broken', {}),
      data: new Map([['.dockerconfigjson', Buffer.from('{')]]),
    };
    const half = secret('a:secret/half', { 'quay.io': 'nobody', 'gcr.io': 'g:two' });
    const world = needsOf([workload('a:deployment/x', { c: 'quay.io/x:1' })], {
      secrets: () => [opaque, { ...broken }, half],
    });
    await world.collect();
    const [need] = await world.collect();
    expect(need?.logins).toBe('{<registry creds for g@gcr.io, from a:secret/half>}');
    expect(world.lines).toEqual([
      { skip: 'unknown type', secret: 'a:secret/opaque', type: 'Opaque' },
      { err: 'a:secret/broken is not JSON' },
      {
        err: 'a:secret/half: entry "quay.io": decoded credential has wrong number of fields (expected 2, got 1)',
      },
    ]);
  });

  it('is quick with ten thousand workloads', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      workload(`ns-${index % 200}:deployment/w-${index}`, {
        a: `quay.io/x/app-${index % 1000}:1`,
        b: 'alpine:3',
      }),
    );
    const policies = Object.fromEntries(
      many.map(({ id }) => [id, { automated: 'true', 'tag.a': 'regexp:^v[0-9]+$' }]),
    );
    const world = needsOf(many, { policies });
    const started = performance.now();
    expect(await world.collect()).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(world.asked).toHaveLength(200);
  });
});
