import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LogLines } from './log-lines.ts';
import type { ProbeAnswer, ProbeQuestion } from './probe-messages.ts';

export interface FluxdOptions {
  /** Path of the executable. */
  readonly bundle: string;
  readonly kubeconfig: string;
  /** For `known_hosts`. */
  readonly knownHosts: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

type AnswerTo<Question extends ProbeQuestion> = ProbeAnswer & { readonly question: Question };

/** The daemon as it is shipped, in a process of its own. What it keeps in its home survives a restart. */
export interface Fluxd extends AsyncDisposable {
  readonly log: LogLines;
  /** Until it listens. @returns the place in the log where this start begins */
  start(): Promise<number>;
  stop(): Promise<void>;
  /** `http://127.0.0.1:PORT/api/flux`. */
  readonly api: string;
  ask<Question extends ProbeQuestion>(question: Question): Promise<AnswerTo<Question>>;
  /** What `/metrics` says of one metric, its labels summed up. */
  metric(name: string): Promise<number>;
}

const graceMs = 10_000;
const probe = new URL('probe.mjs', import.meta.url).href;

export async function createFluxd(options: FluxdOptions): Promise<Fluxd> {
  const { signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'fluxd-bench-'));
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'kubeconfig'), options.kubeconfig, { mode: 0o600 });
  await writeFile(join(folder, 'known_hosts'), options.knownHosts);
  const log = new LogLines();
  let child: ChildProcess | undefined;
  let address = '';

  return {
    log,
    get api() {
      return `http://${address}/api/flux`;
    },
    async start() {
      const from = log.mark();
      child = run(options, folder, log);
      const { text } = await log.line(/ addr=127/, from, signal, 60_000);
      address = / addr=(\S+)/.exec(text)?.[1] ?? '';
      return from;
    },
    stop: () => end(child),
    async ask(question) {
      if (!child) throw new Error('the daemon does not run');
      child.send(question);
      const [answer] = (await once(child, 'message', { signal })) as [AnswerTo<typeof question>];
      return answer;
    },
    async metric(name) {
      const text = await (await fetch(`http://${address}/metrics`, { signal })).text();
      const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    },
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function run({ bundle, args }: FluxdOptions, folder: string, log: LogLines): ChildProcess {
  // For engineers: where the daemon's profile of each run is to be written.
  const profiles = process.env['BENCH_CPU_PROF'];
  const nodeOptions = [
    '--expose-gc',
    `--import=${probe}`,
    ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
  ];
  // By its first line, which has the options of Node.js that it is shipped with.
  const child = spawn(
    bundle,
    [
      `--kube-config=${folder}/kubeconfig`,
      `--ssh-known-hosts=${folder}/known_hosts`,
      `--k8s-secret-volume-mount-path=${folder}/keys`,
      '--ssh-keygen-type=ed25519',
      ...args,
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        // The Node.js that runs this comes first.
        PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
        NODE_OPTIONS: nodeOptions.join(' '),
        HOME: folder,
        TMPDIR: folder,
        FLUXD_EPHEMERAL_PORTS: '1',
      },
    },
  );
  child.stderr?.setEncoding('utf8').on('data', (text: string) => log.add(text));
  log.begin();
  child.once('close', () => log.end());
  return child;
}

/** Lets it end by itself, but not for ever. */
async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(impatience);
}
