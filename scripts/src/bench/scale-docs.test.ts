import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { readFigures } from './figures.ts';
import { drawPlots } from './plots/plots.ts';
import { writeScaleTable } from './scale-table.ts';

const folder = join(repositoryRoot, 'docs/scale');
const isRenewed = process.env['UPDATE_DOCS'] === '1';
const figures = readFigures();

/** Written anew where `UPDATE_DOCS=1` asks for it. */
function read(path: string, renew: (before: string) => string): string {
  if (isRenewed) writeFileSync(path, renew(existsSync(path) ? readFileSync(path, 'utf8') : ''));
  return readFileSync(path, 'utf8');
}

it('docs/scale.md has the table of the figures that were saved', () => {
  const table = writeScaleTable(figures);
  const [start = '', end = ''] = [table.split('\n').at(0), table.split('\n').at(-1)];
  const text = read(join(repositoryRoot, 'docs/scale.md'), (before) => {
    return before.slice(0, before.indexOf(start)) + table + before.slice(before.indexOf(end) + end.length);
  });
  expect(text).toContain(table);
});

it.each([...drawPlots(figures)])('docs/scale/%s.svg shows the figures that were saved', (name, picture) => {
  expect(read(join(folder, `${name}.svg`), () => picture)).toBe(picture);
});
