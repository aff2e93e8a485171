import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DaemonStatus } from '@fluxctl/shared/api/types';

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface FluxdOptions {
  readonly kubeconfig: string;
  /** For `known_hosts`. */
  readonly knownHosts: string;
  readonly args: readonly string[];
  /** Further variables; unless they say otherwise, nothing outside of this machine is found. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Leads whoever obeys it to nobody. */
const sealed = {
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  no_proxy: '127.0.0.1,localhost',
};

/** Runs the daemon as a program; what it keeps in its home and its mounts survives a restart. */
export interface Fluxd extends AsyncDisposable {
  readonly log: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** @returns the exit status; null when the signal ended it */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Waits for something in the log; `from` is a place in it that `mark` gave. */
  sees(
    text: string | RegExp,
    options?: { readonly from?: number; readonly withinMs?: number },
  ): Promise<void>;
  mark(): number;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** As Prometheus reads them. */
  metrics(): Promise<string>;
  status(query?: string): Promise<DaemonStatus['sources'][number]>;
  /** As `fluxctl sync`: asks for a pass and waits until it has ended. */
  sync(): Promise<DaemonStatus['sources'][number]>;
}

export async function createFluxd({ kubeconfig, knownHosts, args, env = {} }: FluxdOptions): Promise<Fluxd> {
  const folder = await mkdtemp(join(tmpdir(), 'fluxd-test-'));
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 });
  await writeFile(join(folder, 'known_hosts'), knownHosts);
  let child: ChildProcess | undefined;
  let log = '';

  const fluxd: Fluxd = {
    get log() {
      return log;
    },
    get pid() {
      return child?.pid;
    },
    async start() {
      const from = log.length;
      const started = spawn(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          entry,
          `--kube-config=${folder}/kubeconfig`,
          `--ssh-known-hosts=${folder}/known_hosts`,
          `--k8s-secret-volume-mount-path=${folder}/keys`,
          // Made in no time; the default, RSA with 3072 bits, has its own test.
          '--ssh-keygen-type=ed25519',
          ...args,
        ],
        {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: {
            PATH: process.env['PATH'],
            HOME: folder,
            TMPDIR: folder,
            FLUXD_EPHEMERAL_PORTS: '1',
            ...sealed,
            ...env,
          },
        },
      );
      child = started;
      started.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
      await fluxd.sees(/ addr=127/, { from });
    },
    async end(signal) {
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null)
        return running?.exitCode ?? null;
      running.kill(signal);
      await once(running, 'close');
      return running.exitCode;
    },
    async sees(text, { from = 0, withinMs = 60_000 } = {}) {
      const end = Date.now() + withinMs;
      const there = (): boolean => {
        const part = log.slice(from);
        return typeof text === 'string' ? part.includes(text) : text.test(part);
      };
      while (!there()) {
        if (Date.now() > end)
          throw new Error(`the log does not show ${text}:\n${log.slice(from).slice(-6000)}`);
        if (child?.exitCode !== null && child?.exitCode !== undefined)
          throw new Error(`fluxd ended:\n${log}`);
        await wait(20);
      }
    },
    mark: () => log.length,
    get: (path) => call(path, {}),
    post: (path, body) => call(path, { method: 'POST', body: JSON.stringify(body) }),
    metrics: async () => (await fetch(`http://${address()}/metrics`)).text(),
    async status(query = '') {
      const { sources } = (await fluxd.get(`/v12/status${query}`)) as DaemonStatus;
      const [source] = sources;
      if (!source) throw new Error('there is no source');
      return source;
    },
    async sync() {
      const id = await fluxd.post('/v9/update-manifests', {
        type: 'sync',
        cause: { Message: '', User: '' },
        spec: {},
      });
      return eventually(async () => {
        const status = await fluxd.status();
        if (!status.answeredJobs.includes(String(id))) {
          throw new Error(`the sync was not answered: ${JSON.stringify(status)} ${log.slice(-3000)}`);
        }
        return status;
      });
    },
    async [Symbol.asyncDispose]() {
      await fluxd.end('SIGKILL');
      // What git goes on with, when nobody is there to end it, takes a moment.
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };

  function address(): string | undefined {
    return [...log.matchAll(/ addr=(127\.0\.0\.1:\d+)/g)].at(-1)?.[1];
  }

  async function call(path: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(`http://${address()}/api/flux${path}`, {
      ...init,
      headers: { accept: 'application/json' },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
  return fluxd;
}

/** Tries until it does not throw. */
export async function eventually<T>(attempt: () => Promise<T> | T, withinMs = 60_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await wait(25);
    }
  }
}
