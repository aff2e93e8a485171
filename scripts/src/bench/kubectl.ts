import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { benchObjects } from './world/objects.ts';
import type { Stage } from './world/stage.ts';

const run = promisify(execFile);

/** `v1.32.4`; undefined where there is no kubectl. */
export async function kubectlVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('kubectl', ['version', '--client', '--output=json']);
    const { clientVersion } = JSON.parse(stdout) as { clientVersion: { gitVersion: string } };
    return clientVersion.gitVersion;
  } catch {
    return undefined;
  }
}

/** Whether it validates as it has done since 1.27: by the server. */
export function isModern(version: string): boolean {
  const [, major = '0', minor = '0'] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || Number(minor) >= 27;
}

/** Applies objects out of one file, into a namespace of their own. @returns milliseconds */
export async function kubectlApply(stage: Stage, count: number, signal: AbortSignal): Promise<number> {
  const namespace = await stage.addNamespace();
  const folder = await mkdtemp(join(tmpdir(), 'bench-kubectl-'));
  try {
    const [file, kubeconfig] = [join(folder, 'objects.yaml'), join(folder, 'kubeconfig')];
    const objects = benchObjects({ count, namespace, filesPerFolder: 1 });
    await writeFile(file, objects.map(({ yaml }) => yaml).join('---\n'));
    await writeFile(kubeconfig, stage.cluster.access.kubeconfig, { mode: 0o600 });
    const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig };
    const start = performance.now();
    await run('kubectl', ['apply', '-f', file], { env, signal, maxBuffer: 64 << 20 });
    return performance.now() - start;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await stage.clear(namespace);
  }
}
