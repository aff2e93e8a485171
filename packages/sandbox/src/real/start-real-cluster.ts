import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from '../cluster-access.ts';
import { writeKubeconfig } from './write-kubeconfig.ts';

/** A real API server with its store and its controllers, but no node: nothing is ever run. */
export interface RealCluster extends ClusterAccess {
  /** Ends the API server alone, at once. */
  killApiServer(): Promise<void>;
  /** Starts it again, on the same port and with the same objects. */
  restartApiServer(): Promise<void>;
}

export interface RealClusterOptions {
  /** Further flags of the API server. */
  readonly apiServerFlags?: readonly string[];
  /** Whether something is done about objects: true unless said otherwise. */
  readonly withControllers?: boolean;
}

const readyWithinMs = 60_000;

/** The folder with the three programs, as Kubernetes' own test tools name it; undefined without one. */
export function realClusterPrograms(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = env['KUBEBUILDER_ASSETS'];
  return folder && existsSync(join(folder, 'kube-apiserver')) ? folder : undefined;
}

/** Starts etcd, kube-apiserver and kube-controller-manager out of a folder; takes some seconds. */
export async function startRealCluster(
  programs: string,
  { apiServerFlags = [], withControllers = true }: RealClusterOptions = {},
): Promise<RealCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'real-cluster-'));
  const [etcdPort, peerPort, apiPort, controllerPort] = await freePorts(4);
  const server = `https://127.0.0.1:${apiPort}`;
  const token = randomBytes(16).toString('hex');
  const key = join(folder, 'sa.key');
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,1,"system:masters"\n`, { mode: 0o600 });
  execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'ignore' });
  const children = new Set<ChildProcess>();
  // A test run that ends without `stop` must not leave them behind.
  const killAll = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', killAll);

  const start = (program: string, args: string[]): ChildProcess => {
    const log = openSync(join(folder, `${program}.log`), 'a');
    const child = spawn(join(programs, program), args, { stdio: ['ignore', log, log] });
    closeSync(log);
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const startApiServer = (): ChildProcess =>
    start('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      `--secure-port=${apiPort}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--cert-dir=${folder}/certs`,
      `--token-auth-file=${folder}/tokens.csv`,
      '--authorization-mode=RBAC',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.0.0.0/14',
      '--allow-privileged=true',
      '--disable-admission-plugins=ServiceAccount',
      ...apiServerFlags,
    ]);
  const stop = async (): Promise<void> => {
    process.off('exit', killAll);
    await Promise.all([...children].map(kill));
    await rm(folder, { recursive: true, force: true });
  };

  try {
    start('etcd', [
      `--data-dir=${folder}/etcd`,
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      '--unsafe-no-fsync',
    ]);
    let apiServer = startApiServer();
    await untilReady(server, token, apiServer);
    const ca = await readFile(join(folder, 'certs', 'apiserver.crt'), 'utf8');
    const kubeconfig = writeKubeconfig({ name: 'real', server, ca, token });
    await writeFile(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 });
    if (withControllers) {
      start('kube-controller-manager', [
        `--kubeconfig=${folder}/kubeconfig`,
        `--service-account-private-key-file=${key}`,
        '--leader-elect=false',
        `--secure-port=${controllerPort}`,
        '--bind-address=127.0.0.1',
      ]);
    }
    return {
      server,
      ca,
      token,
      kubeconfig,
      stop,
      killApiServer: () => kill(apiServer),
      async restartApiServer() {
        apiServer = startApiServer();
        await untilReady(server, token, apiServer);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function untilReady(server: string, token: string, apiServer: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline) {
    if (apiServer.exitCode !== null) throw new Error('kube-apiserver ended while it was starting');
    if (await isReady(server, token)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`kube-apiserver was not ready within ${readyWithinMs / 1000} s`);
}

function isReady(server: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    // its certificate is made while it starts, so it cannot be known yet
    const options = { headers: { authorization: `Bearer ${token}` }, rejectUnauthorized: false };
    request(`${server}/readyz`, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    })
      .on('error', () => resolve(false))
      .end();
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
