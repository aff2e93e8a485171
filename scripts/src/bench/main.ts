import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { realClusterPrograms } from '@fluxctl/sandbox/real/start-real-cluster';
import { bundleProgram } from '../build/bundle.ts';
import { programs } from '../build/programs.ts';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { measurements } from './measurements.ts';
import { type Bench, isCount, isMet, isOff, printRows, type Row } from './row.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const isNamed = (name: string): boolean =>
  positionals.some((word) =>
    measurements.some((one) => one.name === word) ? name === word : name.startsWith(word),
  );
const wanted = measurements.filter(({ name, inQuick = false }) =>
  positionals.length > 0 ? isNamed(name) : inQuick || !values.quick,
);
if (wanted.length === 0) {
  console.error(`nothing is called ${positionals.join(', ')}; there are:`);
  console.error(measurements.map(({ name }) => `  ${name}`).join('\n'));
  process.exit(2);
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('stopped')));
process.once('SIGTERM', () => stop.abort(new Error('stopped')));
const folder = mkdtempSync(join(tmpdir(), 'fluxctl-bench-'));
try {
  await using shared = new AsyncDisposableStack();
  const opened = new Map<unknown, Promise<AsyncDisposable>>();
  for (const program of programs) await bundleProgram(program, repositoryRoot, join(folder, program.name));
  const bench: Bench = {
    bundles: { fluxctl: join(folder, 'fluxctl/fluxctl.mjs'), fluxd: join(folder, 'fluxd/fluxd.mjs') },
    quick: values.quick,
    signal: stop.signal,
    tell: (doing) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${doing}\n`),
    share<T extends AsyncDisposable>(open: (own: Bench) => Promise<T>): Promise<T> {
      const known = opened.get(open) ?? open(bench).then((resource) => shared.use(resource));
      opened.set(open, known);
      return known as Promise<T>;
    },
  };
  const rows: Row[] = [];
  for (const { name, measure } of wanted) {
    bench.tell(name);
    try {
      const taken = await measure(bench);
      // Times by themselves say little after so few runs.
      rows.push(...taken.filter((row) => !values.quick || row.ratio !== undefined || isCount(row.unit)));
    } catch (error) {
      stop.signal.throwIfAborted();
      // What else there is to measure is worth having.
      console.error(`${name}:`, error);
      process.exitCode = 1;
    }
  }
  const machine = {
    node: process.version,
    processors: availableParallelism(),
    load: loadavg().map((load) => Number(load.toFixed(1))),
    cluster: realClusterPrograms() ? 'a real API server' : "the sandbox's API server",
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ ...machine, rows: rows.map((row) => ({ ...row, met: isMet(row) })) }, null, 2)}\n`
      : `${printRows(rows)}${JSON.stringify(machine)}\n`,
  );
  const off = rows.filter(isOff);
  if (off.length > 0) {
    console.error(`counts are off: ${off.map(({ what }) => what).join('; ')}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
