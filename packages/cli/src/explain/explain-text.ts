import type { ContainerExplanation, WorkloadExplanation } from '@fluxctl/shared/api/types';
import type { Paint } from '../output/paint.ts';
import { plainTable } from '../output/plain-table.ts';
import { type CandidateRow, candidateRows } from './candidate-rows.ts';
import { waysOut } from './ways-out.ts';

export interface ExplainTextOptions {
  /** How many candidates to show of each container; 0 for all. */
  readonly limit: number;
  readonly paint: Paint;
}

/** A paragraph about the workload, and one per container: what comes next, what is in the way, and why. */
export function explainText(explanation: WorkloadExplanation, options: ExplainTextOptions): string {
  const { workload, policies, obstacles, containers } = explanation;
  const { paint } = options;
  const written = Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : 1));
  const head = [
    ['workload', paint.heading(workload)],
    ...written.map(([name, value], at) => [at === 0 ? 'policies' : '', `${name}: ${value}`]),
    ...(written.length === 0 ? [['policies', 'none']] : []),
    ...remedyRows(
      'obstacles',
      obstacles.map(({ reason, remedy }) => [paint.bad(reason), remedy]),
    ),
  ];
  const parts = containers.map((one) => containerText(one, explanation, options));
  const none = containers.length === 0 ? '\nIt has no containers that can be updated.\n' : '';
  return plainTable(labelled(head, paint)) + none + parts.join('');
}

function containerText(
  container: ContainerExplanation,
  { workload, obstacles: ofWorkload }: WorkloadExplanation,
  { limit, paint }: ExplainTextOptions,
): string {
  const { name, image, pattern, order, next, obstacles, candidates } = container;
  const kept = ofWorkload.length + obstacles.length > 0 && next === '';
  const facts = [
    ['container', paint.heading(name)],
    ['image', image],
    ['pattern', pattern],
    ['order', order],
    ['next', nextText(container, kept, paint)],
    ...remedyRows(
      'obstacles',
      obstacles.map(({ reason, remedy }) => [paint.bad(reason), remedy]),
    ),
    ...remedyRows(
      'passed over',
      waysOut(workload, container).map(({ passedOver, remedy }) => [passedOver, remedy]),
    ),
  ];
  const rows = candidateRows(candidates, { limit, kept, paint });
  return `\n${plainTable(labelled(facts, paint))}${candidateTable(rows, paint)}`;
}

function candidateTable(rows: readonly CandidateRow[], paint: Paint): string {
  if (rows.length === 0) return '';
  const headings = ['TAG', 'CREATED', 'VERDICT', 'REASON'].map(paint.heading);
  const cells = rows.flatMap((row) => ('cells' in row ? [row.cells] : []));
  const [heading = '', ...lines] = plainTable([headings, ...cells])
    .trimEnd()
    .split('\n');
  // A line about what is left out has no columns, and must not widen one.
  const all = [heading, ...rows.map((row) => ('cells' in row ? lines.shift() : row.omitted))];
  return `\n${all.map((line) => `  ${line}\n`).join('')}`;
}

function nextText(
  { next, obstacles, candidates }: ContainerExplanation,
  kept: boolean,
  paint: Paint,
): string {
  if (next !== '') return paint.good(next);
  const taken = candidates.find(({ verdict }) => verdict === 'taken');
  if (kept && taken) return paint.doubtful(`nothing while there are obstacles; without them ${taken.tag}`);
  if (obstacles.length > 0) return paint.doubtful('nothing while there are obstacles');
  return candidates.some(({ verdict }) => verdict === 'current')
    ? 'nothing: it has the newest image that may be taken'
    : 'nothing: there is no image that may be taken';
}

/** What stands in the way, and below each what helps. */
function remedyRows(label: string, pairs: readonly (readonly [text: string, remedy: string])[]): string[][] {
  return pairs.flatMap(([text, remedy], at) => [
    [at === 0 ? label : '', text],
    ...(remedy === '' ? [] : [['', `  ${remedy}`]]),
  ]);
}

function labelled(rows: readonly (readonly string[])[], paint: Paint): string[][] {
  return rows.map(([label = '', ...cells]) => [paint.faint(label), ...cells]);
}
