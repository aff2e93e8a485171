import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '@fluxctl/shared/version';
import { afterAll, beforeAll, expect, it } from 'vitest';

const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Names a server that nobody runs. */
const kubeconfig = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 't' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
});

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'start-up-'));
  await writeFile(join(home, 'kubeconfig'), kubeconfig);
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return start({ args }).ended;
}

function start({ args, env = {} }: { args: readonly string[]; env?: Record<string, string> }) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: home, ...env },
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = once(child, 'close').then((): Ended => ({ status: child.exitCode, ...texts }));
  return { child, ended };
}

it('prints its version', async () => {
  expect(await run('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

it('prints its usage on stderr', async () => {
  expect(await run('--help')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: expect.stringContaining('--git-url string'),
  });
});

it('[daemon 57] ends with 2 and its usage on a wrong flag, telling all of them', async () => {
  const { status, stderr } = await run('--nope', '--sync-interval=5');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^Error: unknown flag: --nope\nError: invalid argument "5"/);
  expect(stderr).toContain('--git-url string');
});

it.each([
  ['--git-path=/a', 'err="subdirectory given as --git-path should not have leading forward slash"'],
  ['--git-verify-signatures-mode=x', `error="'x' is not a valid git-verify-signatures-mode"`],
  ['--sync-state=x', 'error="unknown sync state mode" mode=x'],
])('[daemon 57] ends with 1 on %s', async (flag, line) => {
  const { status, stderr } = await run(flag);
  expect(status).toBe(1);
  const [first, ...others] = stderr.trimEnd().split('\n');
  expect(first).toContain(` version=${version}`);
  expect(others.at(-1)).toContain(line);
});

it('tells deprecated flags on stderr', async () => {
  const { stderr } = await run('--k8s-namespace-whitelist=a', '--git-path=/a');
  expect(stderr).not.toContain('has been deprecated');
  const told = await run('--k8s-namespace-whitelist=a');
  expect(told.stderr).toMatch(/^Flag --k8s-namespace-whitelist has been deprecated, /);
});

it('ends with 1 and says why when there is no cluster to be found', async () => {
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toMatch(/ err="there is no cluster to connect to" help="[^"]*--kube-config/);
});

it('ends with 1 and says why when it cannot listen', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()));
  const { port } = other.address() as { port: number };
  try {
    const { status, stderr } = await run(`--kube-config=${home}/kubeconfig`, `--listen=127.0.0.1:${port}`);
    expect(status).toBe(1);
    expect(stderr).toContain(`err="cannot listen on 127.0.0.1:${port}`);
  } finally {
    other.close();
  }
});

it('ends quietly with 0 when it is told to stop before it has begun', async () => {
  const reached = Promise.withResolvers<void>();
  const silent = createServer(() => reached.resolve());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
  const { port } = silent.address() as { port: number };
  const { child, ended } = start({
    args: [`--kube-config=${home}/kubeconfig`, '--registry-require=ecr'],
    env: { AWS_REGION: 'eu-west-1', AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/` },
  });
  await reached.promise;
  child.kill('SIGTERM');
  const { status, stderr } = await ended;
  silent.close();
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/ exiting=terminated$/);
  expect(status).toBe(0);
});

it('writes JSON when told to', async () => {
  const { stderr } = await run('--log-format=json', '--git-path=/a');
  const lines = stderr.trimEnd().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    version,
    caller: expect.stringMatching(/^main\.ts:\d+$/),
  });
  expect(JSON.parse(lines.at(-1) ?? '')).toHaveProperty('err');
});
