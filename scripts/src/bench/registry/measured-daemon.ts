import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegistryStatus } from '@fluxctl/shared/api/types';
import type { WorldAnswer } from './messages.ts';

/** The shipped daemon, as a program. */
export interface MeasuredDaemon extends AsyncDisposable {
  /** What `GET /v12/registry` says. */
  registry(): Promise<RegistryStatus>;
  /** In megabytes. */
  rss(): Promise<number>;
}

/** @param bundle - path of the executable */
export async function startDaemon(
  bundle: string,
  { kubeconfig, gitUrl, knownHosts }: WorldAnswer,
  args: readonly string[],
  signal: AbortSignal,
): Promise<MeasuredDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'fluxctl-bench-daemon-'));
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 });
  await writeFile(join(folder, 'known_hosts'), knownHosts);
  // By its first line, as it is started in its image; the Node.js that runs this comes first.
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const child = spawn(
    bundle,
    [
      `--kube-config=${folder}/kubeconfig`,
      `--git-url=${gitUrl}`,
      `--ssh-known-hosts=${folder}/known_hosts`,
      `--k8s-secret-volume-mount-path=${folder}/keys`,
      '--k8s-namespace=flux',
      '--ssh-keygen-type=ed25519',
      ...args,
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: path, HOME: folder, TMPDIR: folder, FLUXD_EPHEMERAL_PORTS: '1' },
      signal,
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const address = await listening(child);
  return {
    async registry() {
      const answer = await fetch(`http://${address}/api/flux/v12/registry`, { signal });
      if (!answer.ok) throw new Error(`the daemon answers with ${answer.status}`);
      return (await answer.json()) as RegistryStatus;
    },
    rss: () => rssOf(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where its API answers: it says so when it does. */
async function listening(child: ChildProcess): Promise<string> {
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-20_000);
  });
  for (;;) {
    const found = / addr=(127\.0\.0\.1:\d+)/.exec(log)?.[1];
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`the daemon ended:\n${log}`);
    await sleep(20);
  }
}

async function rssOf(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }
  const ps = spawn('ps', ['-o', 'rss=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of ps.stdout) text += String(chunk);
  return Number(text) / 1024;
}
