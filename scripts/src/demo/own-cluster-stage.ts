import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { sampleRepository } from '@fluxctl/sandbox/git-host/sample-repository';
import { startGitHost } from '@fluxctl/sandbox/git-host/start-git-host';
import { startDockerHub } from '@fluxctl/sandbox/image-registry/start-docker-hub';
import { createDaemonLog, type DaemonLog } from './daemon-log.ts';
import { findProgram, makeBinFolder, type Scripts } from './programs.ts';
import type { Screen } from './screen.ts';
import { createShell, type Shell } from './shell.ts';
import type { Stage, Tour } from './stage.ts';
import { makeUserKey } from './user-key.ts';

export interface OwnClusterOptions {
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly scripts: Scripts;
  readonly screen: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Puts a question to the person; whether the answer is yes. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** What the walk-through creates in a cluster. The namespaces hold the rest of it. */
const created = ['namespace/flux', 'namespace/demo', 'clusterrole/flux', 'clusterrolebinding/flux'];
const user = 'sam';
const graceMs = 10_000;
const removalMs = 180_000;

/** The person did not want it, or the cluster is not fit for it: words for the person, and nothing was changed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/**
 * A cluster that the person has. The daemon runs as a process here, on the person's kubeconfig, and the git
 * host too, which a pod over there could not reach.
 */
export async function openOwnClusterStage(options: OwnClusterOptions): Promise<Stage> {
  const { screen, scripts, env, signal } = options;
  const path = env.PATH ?? '';
  if (findProgram('kubectl', path) === undefined)
    throw new RefusedError('kubectl is not installed; needed is 1.27 or newer');
  const folder = mkdtempSync(join(tmpdir(), 'fluxctl-demo-'));
  const end: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (let last = end.pop(); last !== undefined; last = end.pop()) await last();
  };
  try {
    const quiet = { ...env, KUBECONFIG: resolve(options.kubeconfig) } as Record<string, string>;
    const kubectl = options.context === undefined ? 'kubectl' : `kubectl --context='${options.context}'`;
    const looking = createShell({ screen, env: quiet, folder, signal });
    const server = await lookAt(looking, kubectl);
    const question = `This changes the cluster at ${server}: it creates ${created.join(', ')}, and removes them at the end. Go on?`;
    if (!(await options.confirm(question))) throw new RefusedError('nothing was changed');

    // A kubeconfig of its own, in which the chosen context is the current one: commands stay as short as they are.
    const kubeconfig = join(folder, 'kubeconfig');
    await mustSucceed(looking, `${kubectl} config view --raw --minify --flatten > '${kubeconfig}'`);
    const gitHost = await startGitHost();
    end.push(() => gitHost.stop());
    const dockerHub = await startDockerHub(folder);
    end.push(() => dockerHub.stop());
    const repository = await gitHost.createRepository(`${user}/flux-demo`, sampleRepository);
    const userKey = makeUserKey(folder, { host: '127.0.0.1', gitHost });
    gitHost.addKey(userKey.publicKey, 'write');
    const gitUrl = `ssh://git@127.0.0.1:${gitHost.port}/${user}/flux-demo`;
    const bin = makeBinFolder(join(folder, 'bin'), { fluxctl: scripts.fluxctl, fluxd: scripts.fluxd });
    const commandEnv = {
      ...quiet,
      PATH: `${bin}:${path}`,
      KUBECONFIG: kubeconfig,
      GHUSER: user,
      ...userKey.env,
    };
    end.push(() => remove(screen, commandEnv, folder));

    const log = createDaemonLog();
    const api = { url: '' };
    return {
      about: [
        `The cluster at ${server}; fluxd, the git host and the image registry run on this machine.`,
        `kubectl: ${(await looking.ask('kubectl version --client')).stdout.split('\n')[0]?.replace('Client Version: ', '') ?? ''}`,
      ],
      env: commandEnv,
      folder,
      get toDaemon() {
        return `--url ${api.url}`;
      },
      gitUrl,
      repository,
      betweenInstallAndApply: "sed 's/replicas: 1/replicas: 0/'",
      log,
      async bringUp(tour) {
        await expectNoPods(tour);
        const daemon = startDaemon(gitUrl, {
          folder,
          // The images of the walk-through are in a registry on this machine, which has them at their own times.
          env: { ...commandEnv, ...dockerHub.env },
          program: join(bin, 'fluxd'),
          log,
          tour,
        });
        end.push(() => stopDaemon(daemon));
        const { line } = await log.find(/ addr=\S+/, { withinMs: 30_000, signal: tour.signal });
        api.url = `http://${/ addr=(\S+)/.exec(line)?.[1]}/api/flux`;
        tour.expect('the daemon runs, on this machine', true);
      },
      async callPushHook() {
        await fetch(`${api.url}/v11/notify`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ Kind: 'git', Source: { URL: gitUrl, Branch: 'master' } }),
          signal: AbortSignal.timeout(10_000),
        });
      },
      hasNode: async () => (await looking.ask(`${kubectl} get nodes --output=name`)).stdout.trim() !== '',
      // Which address of a node can be reached from here is not to be known.
      serviceUrl: () => undefined,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns the API server's address */
async function lookAt(shell: Shell, kubectl: string): Promise<string> {
  const address = await mustSucceed(
    shell,
    `${kubectl} config view --minify --output='jsonpath={.clusters[0].cluster.server}'`,
  );
  const server = address.trim();
  const found = await mustSucceed(
    shell,
    `${kubectl} get --ignore-not-found --output=name ${created.join(' ')}`,
  );
  if (found.trim() !== '') {
    const names = found.trim().split('\n').join(', ');
    throw new RefusedError(
      `the cluster at ${server} has ${names}, which the demo would create, and remove at its end`,
    );
  }
  return server;
}

async function mustSucceed(shell: Shell, command: string): Promise<string> {
  const { code, stdout, stderr } = await shell.ask(command);
  if (code !== 0) throw new RefusedError(stderr.trim());
  return stdout;
}

async function expectNoPods({ shell, expect, screen }: Tour): Promise<void> {
  const rollout = await shell.type('kubectl -n flux rollout status deployment/flux --timeout=60s');
  expect('it is rolled out, with no pod', /successfully rolled out\s*$/.test(rollout.stdout), rollout.stdout);
  screen.note('In its place the daemon runs here, on your kubeconfig.');
}

interface DaemonStart {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly program: string;
  readonly log: DaemonLog;
  readonly tour: Tour;
}

function startDaemon(gitUrl: string, { folder, env, program, log, tour }: DaemonStart): ChildProcess {
  const keys = join(folder, 'keygen');
  mkdirSync(keys);
  const args = [
    `--git-url=${gitUrl}`,
    '--git-path=namespaces,workloads',
    '--git-label=flux',
    `--git-user=${user}`,
    `--git-email=${user}@users.noreply.github.com`,
    '--k8s-namespace=flux',
    `--ssh-keygen-dir=${keys}`,
    `--ssh-known-hosts=${join(folder, 'known_hosts')}`,
    '--listen=127.0.0.1:0',
  ];
  tour.screen.command(
    `fluxd ${args.slice(0, 3).join(' ')} \\\n  ${args.slice(3, 6).join(' ')} \\\n  ${args.slice(6).join(' ')} &`,
  );
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.add(line);
    tour.screen.log(line);
  });
  child.once('error', (error) => log.add(`err=${JSON.stringify(error.message)}`));
  return child;
}

async function stopDaemon(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}

/** Also when the person has stopped the demo. */
async function remove(screen: Screen, env: Readonly<Record<string, string>>, folder: string): Promise<void> {
  screen.step('What was created is removed');
  try {
    const shell = createShell({ screen, env, folder, signal: AbortSignal.timeout(removalMs) });
    await shell.type(`kubectl delete --ignore-not-found --wait ${created.join(' ')}`);
    screen.passed('the cluster is as it was');
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    screen.failed(`${what}; please remove by hand what is left of: ${created.join(', ')}`);
  }
}
