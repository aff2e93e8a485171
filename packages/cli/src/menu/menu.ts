import { stripVTControlCharacters } from 'node:util';
import type { ContainerUpdate, WorkloadResult } from '@fluxctl/shared/api/types';
import { tabTable } from '../output/tab-table.ts';
import { resultHeadings, resultRows } from '../results/result-rows.ts';

/** The lines of a plan, to choose updates from. */
export interface Menu {
  readonly heading: string;
  readonly rows: readonly MenuRow[];
}

export interface MenuRow {
  readonly text: string;
  readonly workload: string;
  /** A row without one can be read, and not chosen. */
  readonly update: ContainerUpdate | undefined;
}

/** @param verbosity - how often `-v` was given: what the table of results would not show is not shown here */
export function createMenu(result: Readonly<Record<string, WorkloadResult>>, verbosity: number): Menu {
  const rows = resultRows(result, verbosity);
  const [heading = '', ...texts] = tabTable([resultHeadings, ...rows.map(({ cells }) => cells.map(oneLine))])
    .replace(/\n$/, '')
    .split('\n');
  return {
    heading,
    rows: rows.map(({ workload, update }, at) => ({ text: texts[at] ?? '', workload, update })),
  };
}

/** An error may have several lines; and nothing in it is for the terminal itself. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text).replace(/[\s\p{Cc}]+/gu, ' ');
}

/** The updates of these rows, by workload. */
export function updatesOf(
  { rows }: Menu,
  chosen: ReadonlySet<number>,
): Readonly<Record<string, readonly ContainerUpdate[]>> {
  const picked = rows.flatMap(({ workload, update }, at) =>
    update && chosen.has(at) ? [{ workload, update }] : [],
  );
  const grouped = Map.groupBy(picked, ({ workload }) => workload);
  return Object.fromEntries(
    [...grouped].map(([workload, list]) => [workload, list.map(({ update }) => update)]),
  );
}
