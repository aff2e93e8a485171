import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { addCounts, type Counts, countTests, printCounts, type VitestReport } from './vitest-report.ts';
import { whatIsMissing } from './what-is-missing.ts';

/** Most tests wait for other programs (git, ssh, API servers), so one more than processors, within reason. */
const workers = Math.min(availableParallelism() + 1, 6);
const none: Counts = { passed: 0, failed: 0, skipped: 0 };

/** @returns whether the program ended well */
async function run(program: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(program, args, { cwd: repositoryRoot, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return code === 0;
}

/** A check that passes or fails as one. */
async function check(title: string, program: string, args: readonly string[]): Promise<Counts> {
  console.log(`\n${title}: ${[program, ...args].join(' ')}`);
  return (await run(program, args)) ? { ...none, passed: 1 } : { ...none, failed: 1 };
}

/** @param paths - what to run of the tests; all if empty */
async function runTests(paths: readonly string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'fluxctl-tests-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
    const ok = await run('vitest', ['run', `--maxWorkers=${workers}`, ...reporters, ...paths]);
    const counts = countTests(JSON.parse(readFileSync(file, 'utf8')) as VitestReport);
    // Something went wrong outside of any test: an error that nobody caught, for one.
    return !ok && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const paths = process.argv.slice(2);
let counts = await check('Types', 'tsc', ['-p', 'tsconfig.json']);
const linted = paths.length === 0 ? ['.'] : paths;
counts = addCounts(counts, await check('Lint', 'biome', ['check', '--error-on-warnings', ...linted]));
counts = addCounts(counts, await runTests(paths));

const missing = whatIsMissing(process.env);
if (missing.length > 0) console.log(`Not tested against, because it is not here: ${missing.join('; ')}.`);
console.log(printCounts(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;
