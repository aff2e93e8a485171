import type { ControllerStatus, WorkloadDetail } from '@fluxctl/shared/api/types';
import { tagPolicyPrefix } from '@fluxctl/shared/policy/policies';
import { targetText } from '../images/target-text.ts';
import type { Paint } from '../output/paint.ts';

/** A column that Flux v1's table does not have. */
export interface WideColumn {
  readonly heading: string;
  /** @param isFirst - on the workload's own row */
  readonly cell: (workload: ControllerStatus, container: string, isFirst: boolean) => string;
}

const readOnlyReasons: Readonly<Record<ControllerStatus['ReadOnly'], string>> = {
  '': '',
  NotReady: 'repository not ready',
  NoRepo: 'no repository',
  NotInRepo: 'not in git',
  ReadOnlyMode: 'read-only daemon',
  System: 'system',
};

/**
 * The columns of `-o wide`: the filter of each container, its update, why the daemon cannot change the
 * workload, and what stands against it.
 * @param details - undefined when the daemon does not tell: then there is no column of updates
 */
export function wideColumns(details: readonly WorkloadDetail[] | undefined, paint: Paint): WideColumn[] {
  const known = new Map(details?.map((detail) => [detail.id, detail]));
  return [
    { heading: 'FILTER', cell: ({ Policies }, container) => Policies?.[tagPolicyPrefix + container] ?? '' },
    ...(details ? [{ heading: 'UPDATE', cell: updateCell(known, paint) }] : []),
    {
      heading: 'READONLY',
      cell: ({ ReadOnly }, _, isFirst) => (isFirst ? paint.faint(readOnlyReasons[ReadOnly] ?? ReadOnly) : ''),
    },
    {
      heading: 'ERROR',
      cell: ({ ID, SyncError }, _, isFirst) =>
        isFirst ? paint.bad(firstLine(known.get(ID)?.error || SyncError)) : '',
    },
  ];
}

function updateCell(known: ReadonlyMap<string, WorkloadDetail>, paint: Paint): WideColumn['cell'] {
  return ({ ID }, container) => {
    const update = known.get(ID)?.updates?.find(({ Container }) => Container === container);
    return update ? paint.doubtful(targetText(update.Target)) : '';
  };
}

function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? '';
}
