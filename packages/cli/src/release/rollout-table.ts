import type { ControllerStatus } from '@fluxctl/shared/api/types';
import { tabTable } from '../output/tab-table.ts';

const headings = ['WORKLOAD', 'CONTAINER', 'IMAGE', 'RELEASE', 'REPLICAS'];

/**
 * How the rollout of a workload goes, as Flux v1 prints it.
 * @param verbose - also how many replicas are outdated and ready
 */
export function rolloutTable(
  { ID, Containers, Status, Rollout }: ControllerStatus,
  verbose: boolean,
): string {
  const [first, ...others] = Containers ?? [];
  const { Updated, Desired, Outdated, Ready } = Rollout;
  const details = verbose ? ` (${Outdated} outdated, ${Ready} ready)` : '';
  return tabTable([
    headings,
    [ID, first?.Name ?? '', first?.Current.ID ?? '', Status, `${Updated}/${Desired}${details}`],
    ...others.map(({ Name = '', Current }) => ['', Name, Current.ID, '', '']),
  ]);
}
