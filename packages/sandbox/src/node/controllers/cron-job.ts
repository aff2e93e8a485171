import type { JsonObject } from '@fluxctl/shared/kube-object';
import { timestamp } from '../../kube/kube-object.ts';
import type { CronJob, Job } from '../objects.ts';
import { isTerminating } from '../pods.ts';
import {
  type Change,
  type Controller,
  controllerOf,
  type Decision,
  kinds,
  ownerReference,
} from './controller.ts';
import { type CronSchedule, nextTime, parseCron } from './cron-schedule.ts';
import { endOf } from './job.ts';
import { statusChange } from './revisions.ts';

/** Starts Jobs by the clock. */
export const cronJobController: Controller = {
  name: 'cronjob-controller',
  kind: kinds.cronJob,
  watches: [{ kind: kinds.job, concerns: (job) => controllerOf(job, kinds.cronJob) }],
  decide(_, object, view, now) {
    if (object === undefined || isTerminating(object)) return { changes: [] };
    return decideCronJob(
      object as CronJob,
      view.ownedBy(kinds.job, object.metadata.uid) as readonly Job[],
      now,
    );
  },
};

export function decideCronJob(cron: CronJob, jobs: readonly Job[], now: Date): Decision {
  const { schedule: text, suspend, timeZone } = cron.spec;
  const schedule = parseCron(text);
  const running = jobs.filter((job) => endOf(job.status) === undefined);
  const start = schedule && !suspend ? startNow(cron, schedule, running, now) : undefined;
  const lastScheduleTime = start?.due === undefined ? cron.status?.lastScheduleTime : timestamp(start.due);
  const lastSuccess = jobs
    .flatMap(({ status }) => status?.completionTime ?? [])
    .sort()
    .at(-1);
  const active = running.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
  }));
  const lastSuccessfulTime = lastSuccess ?? cron.status?.lastSuccessfulTime;
  const status: JsonObject = {
    ...(active.length > 0 && { active }),
    ...(lastScheduleTime !== undefined && { lastScheduleTime }),
    ...(lastSuccessfulTime !== undefined && { lastSuccessfulTime }),
  };
  const next = schedule && !suspend ? nextTime(schedule, now, timeZone) : undefined;
  return {
    changes: [...(start?.changes ?? []), ...statusChange(cron, status), ...forgotten(cron, jobs)],
    againInMs: next && next.getTime() - now.getTime(),
  };
}

/** What there is to do because a time has come that was not served yet. */
function startNow(
  cron: CronJob,
  schedule: CronSchedule,
  running: readonly Job[],
  now: Date,
): { readonly due: Date; readonly changes: readonly Change[] } | undefined {
  const { timeZone, concurrencyPolicy, startingDeadlineSeconds } = cron.spec;
  const since = cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp ?? timestamp(now);
  const due = lastTime(schedule, new Date(since), now, timeZone);
  if (due === undefined) return undefined;
  const isLate =
    startingDeadlineSeconds !== undefined && due.getTime() + startingDeadlineSeconds * 1000 < now.getTime();
  if (isLate || (concurrencyPolicy === 'Forbid' && running.length > 0)) return undefined;
  const replaced = concurrencyPolicy === 'Replace' ? running : [];
  return {
    due,
    changes: [
      ...replaced.map((object) => ({ act: 'delete' as const, object })),
      { act: 'create', object: newJob(cron, due) },
    ],
  };
}

/** The latest due time in a span; only the last of several that were missed is made up for. */
function lastTime(schedule: CronSchedule, since: Date, now: Date, timeZone?: string): Date | undefined {
  let last: Date | undefined;
  for (let time = nextTime(schedule, since, timeZone); time !== undefined && time <= now; ) {
    last = time;
    time = nextTime(schedule, time, timeZone);
  }
  return last;
}

function newJob(cron: CronJob, due: Date): JsonObject {
  const { metadata, spec } = cron.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // The minute is part of the name, so that no time can be served twice.
      name: `${cron.metadata.name}-${Math.floor(due.getTime() / 60_000)}`,
      namespace: cron.metadata.namespace ?? 'default',
      ...(metadata?.labels && { labels: metadata.labels }),
      annotations: {
        ...metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(due),
      },
      ownerReferences: [ownerReference(cron)],
    },
    spec: spec as unknown as JsonObject,
  };
}

/** Only so many Jobs that have ended are kept. */
function forgotten({ spec }: CronJob, jobs: readonly Job[]): readonly Change[] {
  const keep = (type: string, limit: number): readonly Job[] =>
    jobs
      .filter(({ status }) => endOf(status)?.type === type)
      .toSorted((a, b) => (b.status?.startTime ?? '').localeCompare(a.status?.startTime ?? ''))
      .slice(limit);
  return [
    ...keep('Complete', spec.successfulJobsHistoryLimit ?? 3),
    ...keep('Failed', spec.failedJobsHistoryLimit ?? 1),
  ].map((object) => ({ act: 'delete', object }));
}
