import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { age, ageColumn, type Column, nameColumn, text, wide } from './column.ts';

function statuses(pod: KubeObject): readonly JsonValue[] {
  return listAt(pod, 'status', 'containerStatuses');
}

function isReady(status: JsonValue): boolean {
  return isObject(status) && status['ready'] === true;
}

function ready(pod: KubeObject): string {
  return `${statuses(pod).filter(isReady).length}/${listAt(pod, 'spec', 'containers').length}`;
}

/** What a container that does not run says of itself. */
function trouble(status: JsonValue): string | undefined {
  const waiting = stringAt(status, 'state', 'waiting', 'reason');
  if (waiting) return waiting;
  const terminated = objectAt(status, 'state', 'terminated');
  if (terminated === undefined) return undefined;
  const reason = stringAt(terminated, 'reason');
  if (reason) return reason;
  const signal = numberAt(terminated, 'signal');
  return signal ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}`;
}

function initTrouble(pod: KubeObject): string | undefined {
  const init = listAt(pod, 'status', 'initContainerStatuses');
  for (const [index, status] of init.entries()) {
    const terminated = objectAt(status, 'state', 'terminated');
    if (terminated !== undefined && numberAt(terminated, 'exitCode') === 0) continue;
    const reason = trouble(status);
    if (reason !== undefined && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${index}/${listAt(pod, 'spec', 'initContainers').length}`;
  }
  return undefined;
}

function state(pod: KubeObject): string {
  const phase = stringAt(pod, 'status', 'phase') ?? '';
  if (pod.metadata.deletionTimestamp !== undefined) {
    return phase === 'Failed' || phase === 'Succeeded' ? phase : 'Terminating';
  }
  const reason = stringAt(pod, 'status', 'reason');
  const own = statuses(pod).map(trouble).findLast(Boolean);
  return initTrouble(pod) ?? own ?? reason ?? (phase === 'Succeeded' ? 'Completed' : phase);
}

function restarts(pod: KubeObject, now: Date): string {
  const all = statuses(pod);
  const count = all.reduce<number>((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0);
  const last = all
    .map((status) => stringAt(status, 'lastState', 'terminated', 'finishedAt') ?? '')
    .sort()
    .at(-1);
  return count > 0 && last ? `${count} (${age(last, now)} ago)` : String(count);
}

/** The columns of pods. */
export const podCells: readonly Column[] = [
  nameColumn,
  text('Ready', ready),
  text('Status', state),
  text('Restarts', restarts),
  ageColumn,
  wide('IP', (pod) => stringAt(pod, 'status', 'podIP') || '<none>'),
  wide('Node', (pod) => stringAt(pod, 'spec', 'nodeName') || '<none>'),
  wide('Nominated Node', (pod) => stringAt(pod, 'status', 'nominatedNodeName') || '<none>'),
  wide('Readiness Gates', () => '<none>'),
];
