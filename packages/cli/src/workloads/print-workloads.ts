import type { ControllerStatus } from '@fluxctl/shared/api/types';
import { goJson } from '@fluxctl/shared/go-json';
import { type Paint, plainPaint } from '../output/paint.ts';
import { tabTable } from '../output/tab-table.ts';
import type { WideColumn } from './wide-columns.ts';

export interface WorkloadTableOptions {
  readonly headers: boolean;
  readonly paint?: Paint;
  /** Columns behind those of Flux v1. */
  readonly further?: readonly WideColumn[];
}

const headings = ['WORKLOAD', 'CONTAINER', 'IMAGE', 'RELEASE', 'POLICY'];

/** The first container stands on the workload's row, each further one on a row of its own. */
export function workloadTable(
  workloads: readonly ControllerStatus[],
  { headers, paint = plainPaint, further = [] }: WorkloadTableOptions,
): string {
  const all = [...headings, ...further.map(({ heading }) => heading)].map(paint.heading);
  return tabTable([
    ...(headers ? [all] : []),
    ...workloads.flatMap((one) => workloadRows(one, paint, further)),
  ]);
}

/** One line, without its end. */
export function workloadJson(workloads: readonly ControllerStatus[] | null): string {
  return goJson(workloads);
}

function workloadRows(workload: ControllerStatus, paint: Paint, further: readonly WideColumn[]): string[][] {
  const containers = workload.Containers?.length ? workload.Containers : [undefined];
  return containers.map((container, at) => {
    const isFirst = at === 0;
    return [
      isFirst ? workload.ID : '',
      container?.Name ?? '',
      container?.Current.ID ?? '',
      isFirst ? releaseText(workload.Status, paint) : '',
      isFirst ? policies(workload) : '',
      ...further.map(({ cell }) => cell(workload, container?.Name ?? '', isFirst)),
    ];
  });
}

function releaseText(status: string, paint: Paint): string {
  if (status === 'ready') return paint.good(status);
  if (status === 'error') return paint.bad(status);
  return status === '' ? '' : paint.doubtful(status);
}

function policies({ Automated, Ignore, Locked }: ControllerStatus): string {
  return [Automated && 'automated', Ignore && 'ignore', Locked && 'locked'].filter(Boolean).join(',');
}
