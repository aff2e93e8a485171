import type { ControllerStatus } from '@fluxctl/shared/api/types';
import { goJson } from '@fluxctl/shared/go-json';
import { tabTable } from '../output/tab-table.ts';

const headings = ['WORKLOAD', 'CONTAINER', 'IMAGE', 'RELEASE', 'POLICY'];

/** The first container stands on the workload's row, each further one on a row of its own. */
export function workloadTable(
  workloads: readonly ControllerStatus[],
  { headers }: { readonly headers: boolean },
): string {
  return tabTable([...(headers ? [headings] : []), ...workloads.flatMap(rows)]);
}

/** One line, without its end. */
export function workloadJson(workloads: readonly ControllerStatus[] | null): string {
  return goJson(workloads);
}

function rows(workload: ControllerStatus): string[][] {
  const [first, ...others] = workload.Containers ?? [];
  return [
    [workload.ID, first?.Name ?? '', first?.Current.ID ?? '', workload.Status, policies(workload)],
    ...others.map(({ Name = '', Current }) => ['', Name, Current.ID, '', '']),
  ];
}

function policies({ Automated, Ignore, Locked }: ControllerStatus): string {
  return [Automated && 'automated', Ignore && 'ignore', Locked && 'locked'].filter(Boolean).join(',');
}
