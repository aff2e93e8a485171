import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleProgram } from '../build/bundle.ts';
import { programs } from '../build/programs.ts';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { chooseMeasurements } from './choose-measurements.ts';
import { saveFigures } from './figures.ts';
import { describeMachine } from './machine.ts';
import { growth, table } from './measurements.ts';
import { printRows } from './print-rows.ts';
import { isMet, isOff, type Row } from './row.ts';
import { runMeasurements } from './run-measurements.ts';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const all = [...table, ...growth];
const wanted =
  positionals.length > 0
    ? chooseMeasurements(all, positionals)
    : values.growth
      ? growth
      : table.map((group) => group.filter(({ inQuick = false }) => inQuick || !values.quick));
if (wanted.flat().length === 0) {
  console.error(`nothing is called ${positionals.join(', ')}; there are:`);
  for (const { name } of all.flat()) console.error(`  ${name}`);
  process.exit(2);
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('stopped')));
process.once('SIGTERM', () => stop.abort(new Error('stopped')));
const folder = mkdtempSync(join(tmpdir(), 'fluxctl-bench-'));
try {
  for (const program of programs) await bundleProgram(program, repositoryRoot, join(folder, program.name));
  const rows: Row[] = [];
  const machine = describeMachine();
  await runMeasurements(wanted, {
    bundles: { fluxctl: join(folder, 'fluxctl/fluxctl.mjs'), fluxd: join(folder, 'fluxd/fluxd.mjs') },
    quick: values.quick,
    signal: stop.signal,
    tell: (doing) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${doing}\n`),
    taken(name, taken) {
      rows.push(...taken);
      if (values.save) saveFigures({ name, at: new Date(), machine, rows: taken });
    },
    failed(name, error) {
      console.error(`${name}:`, error);
      process.exitCode = 1;
    },
  });
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
