import type { JsonObject } from '@fluxctl/shared/kube-object';
import { timestamp } from '../../kube/kube-object.ts';
import type { Condition, Job, JobStatus, Pod } from '../objects.ts';
import { isActive, isReady, isTerminating } from '../pods.ts';
import { type Change, type Controller, controllerOf, type Decision, kinds } from './controller.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { statusChange } from './revisions.ts';

/** Runs pods until enough of them have ended well. */
export const jobController: Controller = {
  name: 'job-controller',
  kind: kinds.job,
  watches: [{ kind: kinds.pod, concerns: (pod) => controllerOf(pod, kinds.job) }],
  decide(_, object, view, now) {
    if (object === undefined || isTerminating(object)) return { changes: [] };
    return decideJob(object as Job, view.ownedBy(kinds.pod, object.metadata.uid) as readonly Pod[], now);
  },
};

export function endOf(status: JobStatus | undefined): Condition | undefined {
  return status?.conditions?.find(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  );
}

/** @param pods - all that it controls, those that have ended too */
export function decideJob(job: Job, pods: readonly Pod[], now: Date): Decision {
  const { parallelism = 1, completions, suspend, ttlSecondsAfterFinished: ttl } = job.spec;
  const ended = endOf(job.status);
  if (ended !== undefined) {
    if (ttl === undefined) return { changes: [] };
    const wait = Date.parse(ended.lastTransitionTime ?? '') + ttl * 1000 - now.getTime();
    return wait > 0 ? { changes: [], againInMs: wait } : { changes: [{ act: 'delete', object: job }] };
  }
  const active = pods.filter(isActive);
  const succeeded = pods.filter(({ status }) => status?.phase === 'Succeeded').length;
  const failed = pods.filter(({ status }) => status?.phase === 'Failed').length;
  const startTime = suspend ? undefined : (job.status?.startTime ?? timestamp(now));
  // Without a number of completions, the first success is the signal that the work is done.
  const isComplete =
    completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  const failure = isComplete ? undefined : failureOf(job, failed, pods, startTime, now);
  const end = isComplete
    ? conditions(
        'SuccessCriteriaMet',
        'Complete',
        'CompletionsReached',
        'Reached expected number of succeeded pods',
        now,
      )
    : failure && conditions('FailureTarget', 'Failed', failure.reason, failure.message, now);
  const still =
    completions === undefined
      ? succeeded > 0
        ? 0
        : parallelism
      : Math.min(parallelism, completions - succeeded);
  const wanted = suspend || end ? 0 : Math.max(0, still);
  const running = end ? 0 : active.length;
  const status: JobStatus = {
    ...(running > 0 && { active: running }),
    ready: end ? 0 : active.filter(isReady).length,
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    ...(startTime !== undefined && { startTime }),
    ...(isComplete && { completionTime: timestamp(now) }),
    ...(end && { conditions: end }),
  };
  const { activeDeadlineSeconds: deadline } = job.spec;
  return {
    changes: [
      ...statusChange(job, {
        ...status,
        terminating: 0,
        uncountedTerminatedPods: {},
      } as unknown as JsonObject),
      ...scale(job, active, wanted),
    ],
    againInMs:
      end === undefined && deadline !== undefined && startTime !== undefined
        ? Math.max(0, Date.parse(startTime) + deadline * 1000 - now.getTime())
        : undefined,
  };
}

function scale(job: Job, active: readonly Pod[], wanted: number): readonly Change[] {
  if (active.length > wanted) {
    return active.slice(wanted).map((object) => ({ act: 'delete' as const, object }));
  }
  const { name, uid = '' } = job.metadata;
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  return Array.from({ length: wanted - active.length }, () => ({
    act: 'create' as const,
    object: podFromTemplate(job, job.spec.template, { labels }),
  }));
}

function failureOf(
  { spec }: Job,
  failed: number,
  pods: readonly Pod[],
  startTime: string | undefined,
  now: Date,
): { readonly reason: string; readonly message: string } | undefined {
  const limit = spec.backoffLimit ?? 6;
  const restarts = pods
    .filter(isActive)
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  if (failed > limit || (restarts > 0 && restarts >= limit)) {
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline === undefined || startTime === undefined) return undefined;
  if (Date.parse(startTime) + deadline * 1000 > now.getTime()) return undefined;
  return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
}

/** A Job first says what it has come to, and then that it has come to its end. */
function conditions(first: string, last: string, reason: string, message: string, now: Date): Condition[] {
  const time = timestamp(now);
  return [first, last].map((type) => ({
    type,
    status: 'True',
    lastProbeTime: time,
    lastTransitionTime: time,
    reason,
    message,
  }));
}
