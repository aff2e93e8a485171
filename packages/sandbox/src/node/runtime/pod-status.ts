import type { JsonObject } from '@fluxctl/shared/kube-object';
import { timestamp } from '../../kube/kube-object.ts';
import { type NewCondition, withCondition } from '../controllers/conditions.ts';
import type { Pod } from '../objects.ts';
import { type ContainerView, containerStatus } from './container-state.ts';

export interface PodFacts {
  readonly containers: readonly ContainerView[];
  readonly initContainers: readonly ContainerView[];
  readonly podIp: string;
  readonly hostIp: string;
  readonly startedAt: Date;
}

const succeeded = ({ state }: ContainerView): boolean => state.kind === 'terminated' && state.exit.code === 0;

/** Whether an init container no longer holds up those after it; a `sidecar` runs beside them. */
export function isPassed(view: ContainerView, isSidecar: boolean): boolean {
  return succeeded(view) || (isSidecar && view.state.kind === 'running' && view.state.isStarted);
}

function sidecars({ spec }: Pod): ReadonlySet<string> {
  const list = spec.initContainers ?? [];
  return new Set(list.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
}

/** What a pod's containers come to: as the kubelet judges it. */
export function phaseOf(pod: Pod, { containers, initContainers }: PodFacts): string {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const beside = sidecars(pod);
  const open = initContainers.filter((view) => !isPassed(view, beside.has(view.name)));
  const failed = open.some(({ state }) => state.kind === 'terminated' && state.exit.code !== 0);
  if (failed && policy === 'Never') return 'Failed';
  if (open.length > 0) return 'Pending';
  if (containers.some(({ state, last }) => state.kind === 'waiting' && last === undefined)) return 'Pending';
  if (containers.some(({ state }) => state.kind === 'running') || policy === 'Always') return 'Running';
  if (containers.every(succeeded)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

export function podStatus(pod: Pod, facts: PodFacts, now: Date): JsonObject {
  const phase = phaseOf(pod, facts);
  const beside = sidecars(pod);
  const isDone = phase === 'Succeeded';
  const isInitialized = facts.initContainers.every((view) => isPassed(view, beside.has(view.name)));
  const unready = facts.containers
    .filter(({ state }) => !(state.kind === 'running' && state.isReady))
    .map(({ name }) => name);
  const problem: Omit<NewCondition, 'type'> | undefined = isDone
    ? { status: 'False', reason: 'PodCompleted' }
    : phase === 'Failed'
      ? { status: 'False', reason: 'PodFailed' }
      : unready.length > 0
        ? {
            status: 'False',
            reason: 'ContainersNotReady',
            message: `containers with unready status: [${unready.join(' ')}]`,
          }
        : undefined;
  const readiness = problem ?? { status: 'True' as const };
  const conditions: NewCondition[] = [
    { type: 'PodReadyToStartContainers', status: isDone ? 'False' : 'True' },
    isInitialized
      ? { type: 'Initialized', status: 'True', ...(isDone && { reason: 'PodCompleted' }) }
      : { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized' },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
  ];
  const before = pod.status?.conditions ?? [];
  return {
    phase,
    conditions: conditions.map((condition) => {
      const [kept] = withCondition(
        before.filter(({ type }) => type === condition.type),
        condition,
        now,
      );
      // The names of those that are not ready may change though the reason does not.
      return { ...kept, ...condition };
    }),
    hostIP: facts.hostIp,
    hostIPs: [{ ip: facts.hostIp }],
    podIP: facts.podIp,
    podIPs: [{ ip: facts.podIp }],
    startTime: timestamp(facts.startedAt),
    qosClass: qosClass(pod),
    containerStatuses: facts.containers.map(containerStatus),
    ...(facts.initContainers.length > 0 && {
      initContainerStatuses: facts.initContainers.map(containerStatus),
    }),
  };
}

function qosClass({ spec }: Pod): string {
  const all = [...spec.containers, ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {});
  const isBare = all.every(
    ({ requests = {}, limits = {} }) => Object.keys({ ...requests, ...limits }).length === 0,
  );
  if (isBare) return 'BestEffort';
  const isGuaranteed = all.every(({ requests = {}, limits = {} }) =>
    ['cpu', 'memory'].every(
      (name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name],
    ),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
