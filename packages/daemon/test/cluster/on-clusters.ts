import { clustersUnderTest, type StoppableCluster } from '@fluxctl/sandbox/clusters-under-test';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import { createDiscovery, type Discovery } from '../../src/cluster/discovery.ts';
import type { KubeClient } from '../../src/cluster/kube-client.ts';
import { objectPath } from '../../src/cluster/served-kinds.ts';
import { connect, connectAdmin, type TestConnection, type TestConnectionOptions } from './connect.ts';
import { item, objectsIn, refOf, type TestObject } from './objects.ts';

/** What a test has at hand: the cluster, the daemon's side of it, and somebody else's hands. */
export interface Bench {
  readonly access: StoppableCluster;
  readonly flux: TestConnection;
  /** A new one for each test. */
  readonly namespace: string;
  /** Different for each test. */
  readonly serial: number;
  readonly make: ReturnType<typeof objectsIn>;
  readonly hands: Hands;
  apply(...objects: TestObject[]): ReturnType<TestConnection['cluster']['apply']>;
  /** A further connection, closed behind the test. */
  again(options?: TestConnectionOptions): Promise<TestConnection>;
}

/** What somebody else does, as an administrator. */
export interface Hands {
  create(object: TestObject, manager?: string): Promise<void>;
  read(object: TestObject): Promise<JsonObject & { metadata: JsonObject }>;
  /** A merge patch. */
  patch(object: TestObject, change: JsonObject, subresource?: string): Promise<void>;
  /** A server-side apply, by force. */
  apply(object: TestObject, manager: string): Promise<void>;
  remove(object: TestObject): Promise<void>;
}

export const everyday = [
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
] as const;

/** Runs tests on each kind of cluster, which they share; each test has a namespace of its own. */
export function onClusters(tests: (bench: () => Bench) => void): void {
  describe.each(clustersUnderTest())('on the $name API server', ({ start }) => {
    let access: StoppableCluster;
    let flux: TestConnection;
    let admin: KubeClient;
    let hands: Hands;
    let bench: Bench;
    let serial = 0;
    const others: TestConnection[] = [];

    beforeAll(async () => {
      access = await start();
      flux = await connect(access);
      admin = await connectAdmin(access);
      hands = createHands(admin);
    });
    afterAll(async () => {
      await Promise.all([flux, ...others].map((one) => one?.close()));
      await admin?.close();
      await access?.stop();
    });
    beforeEach(async () => {
      serial += 1;
      const namespace = `test-${serial}`;
      await hands.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      await flux.cluster.live.follow(everyday, flux.signal);
      bench = {
        access,
        flux,
        namespace,
        serial,
        make: objectsIn(namespace),
        hands,
        apply: (...objects) => flux.cluster.apply(objects.map(item), flux.signal),
        async again(options) {
          const other = await connect(access, options);
          others.push(other);
          return other;
        },
      };
      return async () => {
        await Promise.all(others.splice(0).map((other) => other.close()));
      };
    });
    tests(() => bench);
  });
}

function createHands(client: KubeClient): Hands {
  const { signal } = new AbortController();
  const discovery: Discovery = createDiscovery({ client, random: Math.random, now: Date.now, signal });
  const pathOf = async (object: TestObject, named: boolean): Promise<string> => {
    const { apiVersion, kind, name, namespace } = refOf(object);
    const known = await discovery.find(apiVersion, kind, signal);
    const served = known ?? (await discovery.renew(signal)).versions.get(apiVersion)?.get(kind);
    if (!served) throw new Error(`the cluster serves no ${kind}`);
    return objectPath(served, namespace, named ? name : undefined);
  };
  const send = async (
    method: 'PATCH' | 'POST' | 'DELETE',
    object: TestObject,
    options: { manager?: string; type?: string; body?: JsonObject; subresource?: string; force?: boolean },
  ): Promise<void> => {
    const { manager = 'somebody', type = 'application/json', body, subresource = '', force } = options;
    const path = `${await pathOf(object, method !== 'POST')}${subresource}`;
    const query = { fieldManager: manager, ...(force ? { force: 'true' } : {}) };
    await client.request({ method, path, query, contentType: type, ...(body ? { body } : {}) }, signal);
  };
  return {
    create: (object, manager) => send('POST', object, { body: object, ...(manager ? { manager } : {}) }),
    async read(object) {
      const { body } = await client.request({ method: 'GET', path: await pathOf(object, true) }, signal);
      return body as JsonObject & { metadata: JsonObject };
    },
    patch: (object, body, subresource = '') =>
      send('PATCH', object, { type: 'application/merge-patch+json', body, subresource }),
    apply: (object, manager) =>
      send('PATCH', object, { type: 'application/apply-patch+yaml', body: object, manager, force: true }),
    remove: (object) => send('DELETE', object, {}),
  };
}

/** Waits for a condition, for some seconds at most. */
export function eventually<T>(check: () => T | Promise<T>, timeout = 15_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 20 });
}
