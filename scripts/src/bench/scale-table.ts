import type { AllFigures, Figures } from './figures.ts';
import { table } from './measurements.ts';
import { rowsAsMarkdown } from './print-rows.ts';

/** The part of `docs/scale.md` that is made of saved figures, between marks of its own. */
export function writeScaleTable(figures: AllFigures): string {
  const known = table.flat().flatMap(({ name }) => figures[name] ?? []);
  return [
    '<!-- figures: from scripts/bench --save -->',
    '',
    ...new Set(known.map(describeRun)),
    '',
    rowsAsMarkdown(known.flatMap(({ rows }) => rows)),
    '',
    '<!-- end of figures -->',
  ].join('\n');
}

function describeRun({ taken, machine: { node, processors, cluster } }: Figures): string {
  return `Taken on ${taken}, ${processors} processors, Node.js ${node}, against ${cluster}.`;
}
