import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerHubSettings } from './settings.ts';
import { startForwardProxy } from './start-forward-proxy.ts';
import { type ImageRegistry, startImageRegistry } from './start-image-registry.ts';

/** A registry that programs take for Docker Hub, if they obey the usual variables. */
export interface DockerHub extends AsyncDisposable {
  /** Has the walk-through's images from the start. */
  readonly registry: ImageRegistry;
  /** The environment that leads a program here, and nowhere else but to loopback. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Docker Hub's registry, as image names and its own answers call it. */
const names = ['index.docker.io', 'registry-1.docker.io'];

/** @param folder - where the registry's certificate is kept; it must be there as long as the programs run */
export async function startDockerHub(folder: string): Promise<DockerHub> {
  const registry = await startImageRegistry({ ...dockerHubSettings, tls: { names }, samples: true });
  const proxy = await startForwardProxy({
    hosts: Object.fromEntries(names.map((name) => [name, registry.host])),
  });
  const stop = async (): Promise<void> => {
    await Promise.all([proxy.stop(), registry.stop()]);
  };
  const caFile = join(folder, 'docker-hub-ca.pem');
  await writeFile(caFile, registry.ca ?? '');
  const env = {
    http_proxy: proxy.url,
    https_proxy: proxy.url,
    no_proxy: '127.0.0.1,localhost',
    NODE_EXTRA_CA_CERTS: caFile,
  };
  return { registry, env, stop, [Symbol.asyncDispose]: stop };
}
