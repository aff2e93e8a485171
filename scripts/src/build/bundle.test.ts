import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '@fluxctl/shared/version';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { type BundleFile, bundleProgram } from './bundle.ts';
import { type Program, programs } from './programs.ts';

const asNode20 =
  'data:text/javascript,' +
  encodeURIComponent(`
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } });
    Object.defineProperty(process, 'version', { value: 'v20.11.1' });`);

/** Built and installed as a user has it, far from the sources. */
interface Installed {
  readonly files: readonly BundleFile[];
  readonly dist: string;
  readonly command: string;
  readonly packed: readonly string[];
}

describe.each(programs)('$name, built, packed and installed', (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle test-'));
  let built: Installed;

  beforeAll(async () => {
    built = await packAndInstall(program, folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: readonly string[], nodeArgs: readonly string[] = []) =>
    spawnSync(process.execPath, [...nodeArgs, join(built.dist, `${program.name}.mjs`), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder },
    });

  it('runs as a command and tells our version', () => {
    const flag = program.name === 'fluxd' ? '--version' : 'version';
    const { stdout, stderr, status } = spawnSync(built.command, [flag], { encoding: 'utf8', cwd: folder });
    expect({ stdout, stderr, status }).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
  });

  it('says in words which Node.js it needs', () => {
    const { stdout, stderr, status } = run([], ['--import', asNode20]);
    const words = `${program.name} needs Node.js 24 or newer; this is v20.11.1.\n`;
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: words, status: 1 });
  });

  it('shows its help', () => {
    const { stdout, stderr, status } = run(['--help']);
    expect(status).toBe(0);
    expect(stdout + stderr).toContain(program.name === 'fluxd' ? '--git-url' : 'list-workloads');
  });

  it('has a small executable and loads the rest lazily', () => {
    const entry = built.files.find(({ name }) => name === `${program.name}.mjs`);
    expect(entry?.imports).toEqual([]);
    expect(entry?.bytes).toBeLessThan(1_000);
    expect(statSync(join(built.dist, `${program.name}.mjs`)).mode & 0o111).toBe(0o111);
  });

  it('is written in ASCII, so that V8 keeps a byte a character and not two', () => {
    const texts = built.files.map(
      ({ name }) => [name, readFileSync(join(built.dist, name), 'latin1')] as const,
    );
    expect(texts.filter(([, text]) => /[\u0080-\uffff]/.test(text)).map(([name]) => name)).toEqual([]);
  });

  it('reads a kubeconfig without loading Node’s second HTTP client', () => {
    const files = built.files.filter(({ modules }) => modules.some((id) => id.includes('/client-node/')));
    expect(files).not.toEqual([]);
    const imports = files.map(({ name }) => `await import(${JSON.stringify(join(built.dist, name))});`);
    const code = `${imports.join(' ')} console.log(process.moduleLoadList.join(' '))`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(stdout).toContain(' NativeModule http ');
    expect(stdout).not.toContain('internal/deps/undici/undici');
  });

  it('is packed with nothing but what is needed', () => {
    const strangers = built.packed.filter(
      (path) => !/^(package\.json|dist\/(chunks\/)?[a-z0-9-]+\.mjs)$/.test(path),
    );
    expect(strangers.sort()).toEqual(['dist/LICENSE', 'dist/third-party-licences.txt']);
  });

  it('tells the licence of every package inside', () => {
    const text = readFileSync(join(built.dist, 'third-party-licences.txt'), 'utf8');
    for (const name of ['@kubernetes/client-node', 'js-yaml'])
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(text).not.toMatch(/^Licence: (?!.*(MIT|Apache-2\.0|ISC|BSD|BlueOak|0BSD|Unlicense|CC0)).*$/m);
  });
});

describe('the start of fluxctl', () => {
  const dist = mkdtempSync(join(tmpdir(), 'bundle-'));
  const built = join(dist, 'dist/fluxctl.mjs');
  let files: readonly BundleFile[] = [];
  beforeAll(async () => {
    const [fluxctl] = programs;
    if (fluxctl) files = await bundleProgram(fluxctl, repositoryRoot, join(dist, 'dist'));
  });
  afterAll(() => rmSync(dist, { recursive: true, force: true }));

  it('loads no cluster library, no HTTP client and no YAML', () => {
    const core = files.find(({ name }) => name === 'chunks/core.mjs');
    expect(core?.imports.filter((name) => !name.startsWith('node:'))).toEqual([]);
    const packages = core?.modules.map(
      (id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(id)?.[1],
    );
    expect(new Set(packages?.filter(Boolean))).toEqual(new Set(['commander']));
  });

  it('keeps compiled code in the user’s cache, and only where it loads much', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
    const cache = join(folder, '.cache/fluxctl');
    const env = { PATH: process.env.PATH, HOME: folder };
    spawnSync(process.execPath, [built, 'version'], { env });
    expect(existsSync(cache)).toBe(false);
    spawnSync(process.execPath, [built, 'list-workloads', '--url=http://127.0.0.1:1'], { env });
    expect(readdirSync(cache)).not.toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('asks the daemon without loading Node’s second HTTP client', () => {
    const whatIsLoaded = `process.on('exit', () => console.log(process.moduleLoadList.join(' ')))`;
    const { stdout } = spawnSync(
      process.execPath,
      [
        `--import=data:text/javascript,${encodeURIComponent(whatIsLoaded)}`,
        built,
        'list-workloads',
        '--url=http://127.0.0.1:1',
      ],
      { env: { PATH: process.env.PATH, HOME: dist }, encoding: 'utf8' },
    );
    expect(stdout).toContain(' NativeModule http ');
    expect(stdout).not.toMatch(/ NativeModule (?:internal\/deps\/undici\/undici|http2|https) /);
  });
});

async function packAndInstall(program: Program, folder: string): Promise<Installed> {
  const source = join(folder, 'package');
  mkdirSync(source);
  copyFileSync(join(repositoryRoot, program.folder, 'package.json'), join(source, 'package.json'));
  const files = await bundleProgram(program, repositoryRoot, join(source, 'dist'));
  npm(['pack', '--pack-destination', folder], source);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const home = join(folder, 'home');
  mkdirSync(home);
  npm(['install', '--offline', '--no-audit', '--no-fund', '--prefix', home, join(folder, archive)], home);
  const installed = join(home, 'node_modules', program.name);
  rmSync(source, { recursive: true });
  return {
    files,
    dist: join(installed, 'dist'),
    command: join(home, 'node_modules/.bin', program.name),
    packed: readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1)),
  };
}

function npm(args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`);
}
