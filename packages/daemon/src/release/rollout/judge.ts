import type { Rollout } from '@fluxctl/shared/api/types';
import type { RolloutFacts, Workload } from '../../cluster/cluster.ts';
import type { PodFacts, PodTrouble, WorkloadProgress } from '../../cluster/rollout-facts.ts';
import { type Awaited, isLive, pullKey, type Sighting } from './sighting.ts';

export type Verdict =
  /** `lookAt`: when time alone may change this, in milliseconds since 1970. */
  | { readonly outcome: 'progressing'; readonly message: string; readonly lookAt: number | undefined }
  | { readonly outcome: 'succeeded'; readonly message: string }
  | Failure;

export interface Failure {
  readonly outcome: 'failed';
  /** In a few words: `the image cannot be pulled`. */
  readonly reason: string;
  /** With the pod and the words of the cluster. */
  readonly message: string;
  /** Containers of the new images to which the trouble can be laid; all of them where it cannot be told. */
  readonly containers: readonly string[];
  /** False when other images would fare no better: there is no room for the pods. */
  readonly isOfImages: boolean;
}

/** A registry may be away for a moment, or a push be a little behind. */
const pullGraceMs = 120_000;
/** The first restart comes at once, the next ones after 10 s and 20 s. */
const restartsOfCrashLoop = 3;
/** How long pods have to stay ready. Without a probe a pod is ready as soon as it runs, and may crash then. */
const settleMs = { probed: 3_000, unprobed: 10_000, afterCrash: 60_000 };
/** A Deployment's controller tells the end of a deadline itself; this is for the case that it does not. */
const controllerMarginMs = 30_000;

/** How a rollout stands: a function of what is seen and was seen, and of the time. */
export function judge(sighting: Sighting, awaited: Awaited, facts: RolloutFacts, now: number): Verdict {
  const { workload } = facts;
  const progress = workload?.progress;
  if (!workload || !progress) return waiting('the cluster does not have it');
  if (!isLive(workload, awaited)) return waiting('the new definition is not in the cluster yet');
  if (workload.status === 'started') return waiting('its controller has not taken up the new definition yet');
  if (sighting.readySince !== undefined) {
    const settled = sighting.readySince + settleTime(progress, workload.rollout, facts);
    if (settled <= now) return { outcome: 'succeeded', message: emptyMessage(workload.rollout) };
    return waiting('all pods are ready; whether they stay so is watched for a moment', settled);
  }
  if (!facts.isCurrent) return waiting('the API server tells nothing at the moment');
  if (progress.waits === 'paused') return waiting('it is paused');
  if (progress.waits === 'on-delete') {
    return waiting('its pods are replaced when somebody deletes them (updateStrategy OnDelete)');
  }
  return (
    exceededDeadline(progress, workload, awaited, facts) ??
    failedPods(sighting, awaited, facts, now) ??
    stalled(sighting, progress, workload, awaited, facts, now)
  );
}

function waiting(message: string, lookAt?: number): Verdict {
  return { outcome: 'progressing', message, lookAt };
}

function emptyMessage({ Desired }: Rollout): string {
  return Desired === 0 ? 'it wants no pods: nothing has tried the new image' : '';
}

function settleTime(progress: WorkloadProgress, { Desired }: Rollout, { newest }: RolloutFacts): number {
  if (Desired === 0) return 0;
  const pods = newest?.pods ?? [];
  const { afterCrash, probed, unprobed } = settleMs;
  const wanted = pods.some(({ restarts }) => restarts > 0)
    ? afterCrash
    : progress.isProbed
      ? probed
      : unprobed;
  // By the time that they count as ready they have been so for that long.
  return Math.max(0, wanted - progress.minReadySeconds * 1000);
}

/** What the Deployment's controller says; of another ReplicaSet than the newest it said it before. */
function exceededDeadline(
  { condition, deadlineSeconds }: WorkloadProgress,
  workload: Workload,
  awaited: Awaited,
  facts: RolloutFacts,
): Failure | undefined {
  const { newest } = facts;
  if (condition?.reason !== 'ProgressDeadlineExceeded' || !newest) return undefined;
  const isOfNewest =
    condition.message.includes(`"${newest.name}"`) || condition.message.startsWith('Deployment ');
  return isOfNewest ? noProgress(deadlineSeconds ?? 0, workload, awaited, facts) : undefined;
}

/** What other pods of the new template do well is not the image's fault: then only the deadline counts. */
function failedPods(
  { pullingSince }: Sighting,
  awaited: Awaited,
  { newest }: RolloutFacts,
  now: number,
): Failure | undefined {
  const pods = newest?.pods ?? [];
  const someRun = pods.some(({ isReady }) => isReady);
  for (const pod of pods) {
    for (const trouble of pod.troubles) {
      const since = pullingSince.get(pullKey(pod.name, trouble.container));
      switch (trouble.kind) {
        case 'bad-name':
          return failure('the name of the image is not valid', awaited, [[pod, trouble]]);
        case 'pull':
          if (someRun || since === undefined || since + pullGraceMs > now) break;
          return failure('the image cannot be pulled', awaited, [[pod, trouble]]);
        case 'crash':
          if (someRun || trouble.restarts < restartsOfCrashLoop) break;
          return failure('the new pods crash again and again', awaited, [[pod, trouble]]);
        default:
          break;
      }
    }
  }
  return undefined;
}

function stalled(
  sighting: Sighting,
  progress: WorkloadProgress,
  workload: Workload,
  awaited: Awaited,
  facts: RolloutFacts,
  now: number,
): Verdict {
  const { deadlineSeconds, condition } = progress;
  const margin = condition ? controllerMarginMs : 0;
  const deadline =
    deadlineSeconds === undefined ? undefined : sighting.progressAt + deadlineSeconds * 1000 + margin;
  if (deadline !== undefined && deadline <= now) {
    // It was through once; what has become of its pods since has another reason.
    if (isThrough(progress, facts)) return { outcome: 'succeeded', message: '' };
    return noProgress(deadlineSeconds ?? 0, workload, awaited, facts);
  }
  const graces = [...sighting.pullingSince.values()]
    .map((since) => since + pullGraceMs)
    .filter((at) => at > now);
  const [first] = troublesOf(facts);
  const message = first ? troubleText(first) : countsText(workload.rollout);
  const times = [...graces, ...(deadline === undefined ? [] : [deadline])];
  return waiting(message, times.length === 0 ? undefined : Math.min(...times));
}

/** Whether the Deployment's controller has seen the newest template through. */
export function isThrough({ condition }: WorkloadProgress, { newest }: RolloutFacts): boolean {
  return (
    condition?.reason === 'NewReplicaSetAvailable' &&
    newest !== undefined &&
    condition.message.includes(`"${newest.name}"`)
  );
}

type Trouble = readonly [pod: PodFacts, trouble: PodTrouble];

/** What stands most in the way comes first. */
const severity: readonly PodTrouble['kind'][] = [
  'bad-name',
  'pull',
  'crash',
  'config',
  'start',
  'ended',
  'not-ready',
  'unschedulable',
];

function troublesOf({ newest }: RolloutFacts): Trouble[] {
  return (newest?.pods ?? [])
    .flatMap((pod) => pod.troubles.map((trouble): Trouble => [pod, trouble]))
    .toSorted(([, a], [, b]) => severity.indexOf(a.kind) - severity.indexOf(b.kind));
}

function noProgress(seconds: number, { rollout }: Workload, awaited: Awaited, facts: RolloutFacts): Failure {
  const troubles = troublesOf(facts);
  const failed = failure('it makes no progress', awaited, troubles);
  // What keeps pods from being made: a quota, an admission webhook.
  const refusal = (rollout.Messages ?? []).find((text) => !text.endsWith('has timed out progressing.'));
  const hasPods = (facts.newest?.pods ?? []).length > 0;
  const why = failed.message || refusal || countsText(rollout);
  return {
    ...failed,
    message: `no progress for ${seconds} s: ${why}`,
    isOfImages: failed.isOfImages && (hasPods || refusal === undefined),
  };
}

/** @param troubles - the worst first; only that one is told */
function failure(reason: string, { images }: Awaited, troubles: readonly Trouble[]): Failure {
  const changed = images.map(({ Container }) => Container);
  const atFault = new Set(troubles.map(([, { container }]) => container));
  const blamed = changed.filter((container) => atFault.has(container));
  const [first] = troubles;
  return {
    outcome: 'failed',
    reason,
    message: first ? troubleText(first) : '',
    containers: blamed.length > 0 ? blamed : changed,
    isOfImages: troubles.length === 0 || troubles.some(([, { kind }]) => kind !== 'unschedulable'),
  };
}

function troubleText([pod, { container, words }]: Trouble): string {
  return `pod ${pod.name}${container === '' ? '' : `, container ${container}`}: ${words}`;
}

function countsText({ Desired, Updated, Available, Outdated }: Rollout): string {
  const old = Outdated > 0 ? `, ${Outdated} old ones are left` : '';
  return `${Updated} of ${Desired} pods are new, ${Available} are available${old}`;
}
