import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What `vitest --reporter=json` writes, as far as it is read. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

function run(title: string, command: string, args: readonly string[]): Promise<boolean> {
  console.log(`\n== ${title}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/** A step that passes or fails as one. */
async function step(counts: Counts, title: string, command: string, args: readonly string[]): Promise<void> {
  if (await run(title, command, args)) counts.passed += 1;
  else counts.failed += 1;
}

async function vitest(counts: Counts, paths: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'test-report-'));
  const file = join(folder, 'report.json');
  const workers = `--maxWorkers=${Math.max(1, Math.min(4, availableParallelism()))}`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const ok = await run('tests', 'vitest', ['run', workers, ...reporters, ...paths]);
  if (existsSync(file)) {
    const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
    // a file that could not even be loaded has no tests to fail
    const broken = report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0);
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests + broken.length;
    counts.skipped += report.numPendingTests + report.numTodoTests;
  }
  if (!ok && counts.failed === 0) counts.failed += 1;
  rmSync(folder, { recursive: true });
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/** What is not there, and so was not tested against. */
function missing(): string[] {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const found = assets !== undefined && existsSync(join(assets, 'kube-apiserver'));
  return [
    ...(found ? [] : ['a real Kubernetes API server (KUBEBUILDER_ASSETS names no folder with one)']),
    ...(has('kubectl') ? [] : ['kubectl (not installed)']),
    ...(has('sshd') || existsSync('/usr/sbin/sshd') ? [] : ["OpenSSH's server (not installed)"]),
    ...(has('memcached') ? [] : ['memcached (not installed)']),
  ];
}

const paths = process.argv.slice(2);
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
if (paths.length === 0) {
  await step(counts, 'type check', 'tsc', ['-p', 'tsconfig.json']);
  await step(counts, 'lint', 'biome', ['check', '--error-on-warnings', '.']);
  await step(counts, 'build', 'node', ['scripts/lib/build.ts']);
}
await vitest(counts, paths);
const without = missing();
console.log(without.length === 0 ? '' : `\nnot tested against here: ${without.join('; ')}\n`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
