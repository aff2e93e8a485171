import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRepository } from '../../src/git-host/sample-repository.ts';
import { createWorld, type World } from '../../src/world.ts';
import { parseManifests } from './parse-manifests.ts';

describe('a world', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ pace: 0.05 });
  });
  afterAll(() => world.stop());

  it("answers on the sample's node port with the image's tag", async () => {
    const client = world.api.client('test');
    for (const object of parseManifests(sampleRepository)) client.create(object);
    await world.waitForRollout('demo', 'docker-nodejs-demo');
    const [port] = world.node.nodePorts();
    expect(port?.service).toBe('docker-nodejs-demo');
    const answer = await fetch(`http://127.0.0.1:${port?.port}/`);
    expect(await answer.text()).toBe('Hello World (v1.0.2)!');
  });
});
