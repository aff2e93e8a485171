import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createWorld, type World } from '@fluxctl/sandbox/world';
import type { RegistryStatus } from '@fluxctl/shared/api/types';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runFluxctl } from './support/run-fluxctl.ts';

const installed = spawnSync('memcached', ['-V']).error === undefined;
const title = `with the memcached that is installed with fluxd${installed ? '' : ' (skipped: not installed)'}`;
const image = 'library/memcached';
const repository = `index.docker.io/${image}`;
const patienceMs = 60_000;

describe.skipIf(!installed)(title, () => {
  let world: World;
  let added = 0;
  beforeAll(async () => {
    world = await createWorld({ pace: 0.1 });
    const client = world.api.client('kubectl');
    client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux' } });
    const args = ['install', `--git-url=${world.gitUrl}`, '--git-email=sam@example.com', '--namespace=flux'];
    const { stdout } = await runFluxctl(args);
    for (const object of loadAll(stdout)) client.create(object as JsonObject);
  }, 120_000);
  afterAll(() => world?.stop());

  /** An address of the daemon's API; another one after each restart. */
  const api = async (path: string): Promise<string> => {
    const pod = await world.waitForPod('flux', 'name=flux', patienceMs);
    const port = await world.waitFor("the daemon's port", () => world.node.port(pod, 3030));
    return `http://127.0.0.1:${port}/api/flux${path}`;
  };

  /** What memcached keeps of the repository. */
  const kept = async (): Promise<string> => {
    const pod = await world.waitForPod('flux', 'name=memcached', patienceMs);
    const port = await world.waitFor("memcached's port", () => world.node.port(pod, 11211));
    const socket = connect({ host: '127.0.0.1', port });
    return text(socket.end(`get registryrepov4|${repository}\r\nquit\r\n`));
  };

  /** Adds a tag and waits for the daemon to know it. @returns the tag */
  const addTag = async (): Promise<string> => {
    added += 1;
    const tag = `1.6.${100 + added}`;
    world.registry.addTags(image, [tag], '1.6.10-alpine'); // the same image: nothing new is to be fetched
    await fetch(await api('/v11/notify'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ Kind: 'image', Source: { Name: { Domain: '', Image: image } } }),
    });
    const count = world.registry.tags(image).length;
    await world.waitFor('a scan', async () => {
      const status = (await (await fetch(await api('/v12/registry'))).json()) as RegistryStatus;
      return status.repositories.find((one) => one.repository === repository)?.tags === count || undefined;
    });
    return tag;
  };

  /** Adds tags until memcached has got one: after it was lost the daemon leaves it alone for a while. */
  const untilKept = async (): Promise<void> => {
    const isKept = async (): Promise<boolean> => {
      const tag = await addTag();
      return (await kept()).includes(`"${tag}"`);
    };
    await vi.waitFor(async () => expect(await isKept()).toBe(true), {
      timeout: patienceMs,
      interval: 1_000,
    });
  };

  it('keeps there what it knows of images', async () => {
    await world.waitFor(
      'the record',
      async () => ((await kept()).startsWith(`VALUE registryrepov4|${repository} `) ? true : undefined),
      patienceMs,
    );
  });

  it('goes on while it is gone, and uses it again when it is back', async () => {
    const client = world.api.client('kubectl');
    const scale = (replicas: number): void => {
      const memcached = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'flux', name: 'memcached' };
      client.patch(memcached, { spec: { replicas } });
    };
    const pod = { apiVersion: 'v1', kind: 'Pod', ...(await world.waitForPod('flux', 'name=memcached')) };
    scale(0);
    await world.waitFor('its end', () => (client.get(pod) ? undefined : true), patienceMs);
    await addTag();
    scale(1);
    await untilKept();
  });

  it('finds it by its SRV record too', async () => {
    const path = '/spec/template/spec/containers/0/args/-';
    const patch = [{ op: 'add', path, value: '--memcached-service=memcached' }];
    const flux = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'flux', name: 'flux' };
    world.api.client('kubectl').patch(flux, patch, { type: 'json' });
    await world.waitForRollout('flux', 'flux', patienceMs);
    await untilKept();
  });
});
