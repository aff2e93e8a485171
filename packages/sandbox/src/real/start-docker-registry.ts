import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Debian's docker-registry: the reference implementation of the distribution API. */
export interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly url: string;
  stop(): Promise<void>;
}

const readyWithinMs = 15_000;

/** Path of the program; undefined where it is not installed. */
export function dockerRegistryProgram(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'docker-registry'))
    .find((path) => existsSync(path));
}

/** Starts it on a free port, with a folder of its own, for anybody to push and pull. */
export async function startDockerRegistry(program: string): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    log: { accesslog: { disabled: true }, level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: host },
    compatibility: { schema1: { enabled: true } },
  };
  const file = join(folder, 'config.yml');
  await writeFile(file, JSON.stringify(config)); // JSON is YAML too
  const child = spawn(program, ['serve', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const deadline = performance.now() + readyWithinMs;
    while (!(await answers(`http://${host}/v2/`))) {
      if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}`);
      if (performance.now() > deadline) throw new Error('docker-registry does not answer');
      await wait(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, url: `http://${host}`, stop, [Symbol.asyncDispose]: stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
