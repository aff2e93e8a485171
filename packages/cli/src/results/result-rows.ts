import type { ContainerUpdate, WorkloadResult } from '@fluxctl/shared/api/types';
import { printImageName, tryParseImageRef, writeImageRef } from '@fluxctl/shared/images/image-ref';
import { tagText, targetText } from '../images/target-text.ts';

/** One line of what became of an update: of a workload, or of one of its containers. */
export interface ResultRow {
  readonly workload: string;
  readonly status: WorkloadResult['Status'];
  /** Workload and status stand only on the first line of a workload. */
  readonly cells: readonly [workload: string, status: string, text: string];
  /** What the line is about, where it is about an update. */
  readonly update: ContainerUpdate | undefined;
}

/** The first two end in a space, as in Flux v1. */
export const resultHeadings = ['WORKLOAD ', 'STATUS ', 'UPDATES'] as const;

/** From how many `-v` on results of a status are shown. */
const shownFrom: Readonly<Record<string, number>> = { skipped: 1, ignored: 2 };

/**
 * The lines of a table of results, by the workload's id: its error, if there is one, then its updates.
 * @param verbosity - how often `-v` was given: once shows what was skipped, twice what was ignored too
 */
export function resultRows(
  result: Readonly<Record<string, WorkloadResult>>,
  verbosity: number,
): readonly ResultRow[] {
  return Object.entries(result)
    .filter(([, { Status }]) => verbosity >= (shownFrom[Status] ?? 0))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([workload, one]) => rowsOf(workload, one));
}

function rowsOf(workload: string, { Status, Error: error = '', PerContainer }: WorkloadResult): ResultRow[] {
  const lines: (readonly [text: string, update: ContainerUpdate | undefined])[] = [];
  if (error !== '') lines.push([error, undefined]);
  for (const update of PerContainer ?? []) lines.push([updateText(update), update]);
  if (lines.length === 0) lines.push(['', undefined]);
  return lines.map(([text, update], at) => ({
    workload,
    status: Status,
    cells: at === 0 ? [workload, Status, text] : ['', '', text],
    update,
  }));
}

/** `app: quay.io/org/app:1.0 -> 1.1`; of digests behind tags as much as people can tell apart. */
function updateText({ Container, Current, Target }: ContainerUpdate): string {
  return `${Container}: ${currentText(Current)} -> ${targetText(Target)}`;
}

function currentText(current: string): string {
  const ref = tryParseImageRef(current);
  if (!ref) return current;
  if (ref.tag === '' || ref.sha256 === '') return writeImageRef(ref);
  return `${printImageName(ref)}:${tagText(ref.tag, ref.sha256)}`;
}
