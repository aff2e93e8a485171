import { join } from 'node:path';
import { createWorld, type World } from '@fluxctl/sandbox/world';
import { createDaemonLog } from './daemon-log.ts';
import { findProgram, makeBinFolder, type Scripts, versionLine } from './programs.ts';
import type { Screen } from './screen.ts';
import type { Stage, Tour } from './stage.ts';
import { makeUserKey } from './user-key.ts';

export interface SandboxOptions {
  readonly scripts: Scripts;
  readonly screen: Screen;
  /** Of this process; its PATH is looked at for kubectl. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Scripts that stand in for programs where these are not installed, by their names. */
  readonly standIns: Readonly<Record<string, string>>;
}

export interface SandboxStage extends Stage {
  readonly world: World;
}

/** The kubelet's waits, as a share of the real ones: nobody wants to watch a probe's delay. */
const pace = 0.05;
const user = 'sam';

export async function openSandboxStage({
  scripts,
  screen,
  env,
  standIns,
}: SandboxOptions): Promise<SandboxStage> {
  const world = await createWorld({ pace, daemon: scripts.fluxd, repository: `${user}/flux-demo` });
  try {
    const path = env.PATH ?? '';
    const kubectl = findProgram('kubectl', path);
    const missing = Object.entries(standIns).filter(([name]) => findProgram(name, path) === undefined);
    const bin = makeBinFolder(join(world.folder, 'bin'), {
      fluxctl: scripts.fluxctl,
      fluxd: scripts.fluxd,
      ...Object.fromEntries(missing),
    });
    const userKey = makeUserKey(world.folder, { host: 'github.com', gitHost: world.gitHost });
    world.gitHost.addKey(userKey.publicKey, 'write');
    const log = createDaemonLog();
    const stop = new AbortController();
    return {
      world,
      about: [
        'A sandbox on this machine: a Kubernetes API with one node, a git host over SSH, an image registry; the programs are the real ones.',
        ...missing.map(([name]) => `${name} is not installed: a small stand-in takes its place.`),
        ...(kubectl === undefined
          ? []
          : [`kubectl: ${versionLine(kubectl, ['version', '--client']).replace('Client Version: ', '')}`]),
      ],
      env: {
        PATH: `${bin}:${path}`,
        HOME: world.folder,
        KUBECONFIG: world.kubeconfig,
        GHUSER: user,
        ...userKey.env,
      },
      folder: world.folder,
      toDaemon: '--k8s-fwd-ns flux',
      gitUrl: world.gitUrl,
      repository: world.repository,
      betweenInstallAndApply: '',
      log,
      bringUp: (tour) =>
        bringUp(
          world,
          tour,
          (line) => {
            log.add(line);
            screen.log(line);
          },
          stop.signal,
        ),
      async callPushHook() {
        const pod = await world.waitForPod('flux', 'name=flux');
        const port = world.node.port(pod, 3030);
        await fetch(`http://127.0.0.1:${port}/api/flux/v11/notify`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ Kind: 'git', Source: { URL: world.gitUrl, Branch: 'master' } }),
          signal: AbortSignal.timeout(10_000),
        });
      },
      hasNode: async () => true,
      serviceUrl(namespace, name) {
        const port = world.node
          .nodePorts()
          .find((one) => one.namespace === namespace && one.service === name);
        return port && `http://127.0.0.1:${port.port}`;
      },
      async close() {
        stop.abort();
        await world.stop();
      },
    };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

async function bringUp(
  world: World,
  { shell, expect }: Tour,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const rollout = await shell.type('kubectl -n flux rollout status deployment/flux --timeout=60s');
  expect('it is rolled out', /successfully rolled out\s*$/.test(rollout.stdout), rollout.stdout);
  await world.waitForRollout('flux', 'memcached');
  const pods = await shell.type('kubectl get pod -n flux');
  const running = [...pods.stdout.matchAll(/^(flux|memcached)-\S+ +1\/1 +Running/gm)].map(([, name]) => name);
  expect('one flux pod and one memcached pod', running.sort().join() === 'flux,memcached', pods.stdout);
  const pod = await world.waitForPod('flux', 'name=flux');
  void follow(world, pod, onLine, signal);
}

async function follow(
  world: World,
  pod: Parameters<World['logs']>[0],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const { text } of world.logs(pod, signal)) onLine(text);
}
