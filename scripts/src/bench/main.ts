import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '../build/bundle.ts';
import { programs } from '../build/programs.ts';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { editDocument, editOneOfMany } from './edit-file.ts';
import { type Measurement, printRows, type Row } from './row.ts';
import { startUp } from './start-up.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('stopped')));

const folder = mkdtempSync(join(tmpdir(), 'fluxctl-bench-'));
try {
  for (const program of programs) await bundleProgram(program, repositoryRoot, join(folder, program.name));
  const measurements: readonly Measurement[] = [
    startUp(join(folder, 'fluxctl/fluxctl.mjs')),
    editDocument,
    editOneOfMany,
  ];
  const rows: Row[] = [];
  for (const measure of measurements) rows.push(await measure(stop.signal));
  const json = process.argv.includes('--json');
  process.stdout.write(
    json ? `${JSON.stringify({ node: process.version, rows }, null, 2)}\n` : printRows(rows),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
