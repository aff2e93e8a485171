import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { realClusterPrograms, startRealCluster } from '@fluxctl/sandbox/real/start-real-cluster';
import { createWorld } from '@fluxctl/sandbox/world';
import { Chalk } from 'chalk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram } from '../build/bundle.ts';
import { programs } from '../build/programs.ts';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { findProgram, findScripts, type Scripts } from './programs.ts';
import { runDemo } from './run-demo.ts';
import { openSandboxStage, type SandboxStage } from './sandbox-stage.ts';
import { createScreen } from './screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = process.env.PATH ?? '';
const hasKubectl = findProgram('kubectl', path) !== undefined;
const patience = 120_000;

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const script = join(repositoryRoot, 'scripts/src/demo/main.ts');
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    env: { ...process.env, COLUMNS: '130', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr)]);
  const code = new Promise<number | null>((done) => child.once('close', done));
  return { child, ended, code };
}

async function demo(args: readonly string[], env?: Readonly<Record<string, string>>) {
  const { ended, code } = start(args, env);
  const [stdout, stderr] = await ended;
  return { stdout, stderr, code: await code };
}

describe('scripts/demo in the sandbox', () => {
  it(
    'shows the walk-through, each step as described, and draws it',
    async () => {
      const picture = join(folder, 'demo.svg');
      const { stdout, code } = await demo(['--picture', picture], { FORCE_COLOR: '1', NO_COLOR: '' });
      expect(stdout).toMatch(/Both parts of the walk-through: 12 steps, each as described, in \d+\.\d s\./);
      expect(stdout).not.toContain('✗');
      expect(code).toBe(0);
      const svg = readFileSync(picture, 'utf8');
      expect(svg).toMatch(/^<svg [\s\S]*Hello World \(v1\.0\.2\)![\s\S]*<\/svg>\n$/);
    },
    patience,
  );

  it(
    'says so when a stand-in takes the place of kubectl or curl',
    async () => {
      const bin = join(folder, 'no-kubectl');
      mkdirSync(bin);
      const needed = [
        'bash',
        'sh',
        'cat',
        'cp',
        'git',
        'grep',
        'mkdir',
        'rm',
        'sed',
        'ssh',
        'ssh-keygen',
        'env',
      ];
      for (const name of [...needed, 'git-upload-pack', 'git-receive-pack']) {
        const found = findProgram(name, `${path}${delimiter}/usr/bin${delimiter}/bin`);
        if (found !== undefined) symlinkSync(found, join(bin, name));
      }
      const { stdout, code } = await demo([], { PATH: bin });
      expect(stdout).toContain('kubectl is not installed: a small stand-in takes its place.');
      expect(stdout).toContain('curl is not installed: a small stand-in takes its place.');
      expect(stdout).toContain('each as described');
      expect(code).toBe(0);
    },
    patience,
  );

  it(
    'shows the same with the programs as they ship',
    async () => {
      const [fluxctl, fluxd] = await Promise.all(
        programs.map(async (program) => {
          const dist = join(folder, program.name);
          await bundleProgram(program, repositoryRoot, dist);
          return join(dist, `${program.name}.mjs`);
        }),
      );
      const { shown, result } = await runHere({ fluxctl: fluxctl ?? '', fluxd: fluxd ?? '' });
      expect(result, shown).toMatchObject({ ok: true, steps: 12 });
    },
    patience,
  );

  it(
    'stops at the first step that is not as described',
    async () => {
      const { shown, result } = await runHere(findScripts(repositoryRoot, false), ({ world }) => {
        const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux' } };
        world.api.client('test').create(namespace);
      });
      expect(result).toMatchObject({ ok: false, steps: 1 });
      expect(shown).toMatch(/namespaces "flux" already exists[\s\S]*✗ exit code 1\n$/);
    },
    patience,
  );

  it(
    'stays up with --keep, until Ctrl-C',
    async () => {
      const { child, ended, code } = start(['--keep']);
      let shown = '';
      const file = await new Promise<string>((found, gone) => {
        child.stdout.on('data', (part: Buffer) => {
          shown += part;
          const line = /git remote: .*\n/.test(shown) && /\$ \. (\S+)/.exec(shown);
          if (line) found(line[1] ?? '');
        });
        child.once('close', () => gone(new Error(shown)));
      });
      const script = `. ${file} && git clone --quiet "$GIT_REMOTE" clone && kubectl -n demo get svc && fluxctl status --k8s-fwd-ns flux`;
      const other = spawn('bash', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
      expect(await text(other.stdout)).toMatch(/docker-nodejs-demo +NodePort[\s\S]*ready/);
      expect(existsSync(join(folder, 'clone/workloads/hello.yaml'))).toBe(true);
      child.kill('SIGINT');
      await ended;
      expect(await code).toBe(0);
      expect(existsSync(file)).toBe(false);
    },
    patience,
  );
});

interface OwnCluster {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

const clusters: readonly { readonly name: string; readonly there: boolean; start(): Promise<OwnCluster> }[] =
  [
    { name: "the sandbox's", there: true, start: () => createWorld({ pace: 0.05 }) },
    {
      name: 'a real API server',
      there: realClusterPrograms() !== undefined,
      async start() {
        const cluster = await startRealCluster(realClusterPrograms() ?? '');
        const kubeconfig = join(folder, 'real.kubeconfig');
        writeFileSync(kubeconfig, cluster.kubeconfig);
        return { kubeconfig, stop: () => cluster.stop() };
      },
    },
  ];

describe.each(clusters)('scripts/demo in a cluster of one’s own: $name', ({ there, start: startCluster }) => {
  let cluster: OwnCluster | undefined;
  beforeAll(async () => {
    if (there && hasKubectl) cluster = await startCluster();
  }, patience);
  afterAll(() => cluster?.stop());

  const kubectl = async (command: string): Promise<string> => {
    const env = { ...process.env, KUBECONFIG: cluster?.kubeconfig };
    const child = spawn('bash', ['-c', `kubectl ${command}`], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    return text(child.stdout);
  };
  const leftovers = () =>
    kubectl(
      'get --ignore-not-found -o name namespace/flux namespace/demo clusterrole/flux clusterrolebinding/flux',
    );
  const args = () => ['--kubeconfig', cluster?.kubeconfig ?? ''];

  it.skipIf(!there || !hasKubectl)(
    'changes nothing unless it is told to',
    async () => {
      const { stderr, code } = await demo(args());
      expect(stderr).toContain('This changes the cluster at https://127.0.0.1:');
      expect(stderr).toContain('nothing was changed');
      expect(code).toBe(1);
      expect(await leftovers()).toBe('');
    },
    patience,
  );

  it.skipIf(!there || !hasKubectl)(
    'shows the same, and leaves nothing behind',
    async () => {
      const { stdout, code } = await demo([...args(), '--yes']);
      expect(stdout).toContain('12 steps, each as described');
      expect(stdout).toContain('✓ the cluster is as it was');
      expect(code).toBe(0);
      expect(await leftovers()).toBe('');
    },
    patience,
  );

  it.skipIf(!there || !hasKubectl)(
    'refuses where it would remove what is not its own',
    async () => {
      await kubectl('create namespace demo');
      const { stderr, code } = await demo([...args(), '--yes']);
      expect(stderr).toMatch(/^the cluster at https:\S+ has namespace\/demo, which the demo would create/);
      expect(code).toBe(1);
      expect(await leftovers()).toBe('namespace/demo\n');
    },
    patience,
  );
});

describe('scripts/demo, misused', () => {
  it.each([
    [['--context', 'x'], '--context needs --kubeconfig'],
    [['--kubeconfig', 'x', '--keep'], '--keep is for the sandbox'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('%j', async (words, message) => {
    const { stderr, code } = await demo(words);
    expect(stderr).toContain(message);
    expect(stderr).toContain('Usage: scripts/demo');
    expect(code).toBe(2);
  });
});

/** In this process, on a stage that may be changed before. */
async function runHere(scripts: Scripts, prepare: (stage: SandboxStage) => void = () => undefined) {
  let shown = '';
  const write = (more: string): void => {
    shown += more;
  };
  const screen = createScreen({ write, paint: new Chalk({ level: 0 }), width: 120 });
  const standIns = { kubectl: join(repositoryRoot, 'scripts/src/demo/kubectl-stand-in.ts') };
  const stage = await openSandboxStage({ scripts, screen, env: process.env, standIns });
  try {
    prepare(stage);
    const result = await runDemo(stage, screen, AbortSignal.timeout(patience));
    return { shown, result };
  } finally {
    await stage.close();
  }
}
