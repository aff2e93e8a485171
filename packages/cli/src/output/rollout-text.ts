import type { RolloutRecord } from '@fluxctl/shared/api/types';
import { targetText } from '../images/target-text.ts';
import type { Paint } from './paint.ts';
import { plainTable } from './plain-table.ts';
import { relativeTime } from './relative-time.ts';
import { shortRevision } from './short-revision.ts';

const headings = ['ROLLOUT', 'OUTCOME', 'IMAGES', 'COMMIT', 'SINCE'];

/**
 * A table of rollouts, and below it what is awaited or went wrong.
 * @param now - milliseconds since 1970
 */
export function rolloutText(rollouts: readonly RolloutRecord[], paint: Paint, now: number): string {
  if (rollouts.length === 0) return '';
  const table = plainTable([headings.map(paint.heading), ...rollouts.map((one) => row(one, paint, now))]);
  const notes = rollouts.flatMap((one) => messageLines(one, paint));
  return `\n${table}${notes.map((line) => `${line}\n`).join('')}`;
}

/** Those that a person should know of. */
export function needsAttention({ outcome }: RolloutRecord): boolean {
  return outcome === 'progressing' || outcome === 'failed';
}

function row(rollout: RolloutRecord, paint: Paint, now: number): string[] {
  const { workload, images, revision, startedAt, endedAt } = rollout;
  return [
    workload,
    outcomeText(rollout, paint),
    images.map(({ Container, Target }) => `${Container}: ${targetText(Target)}`).join(', '),
    shortRevision(revision),
    relativeTime(endedAt || startedAt, now),
  ];
}

function outcomeText({ outcome, rollback }: RolloutRecord, paint: Paint): string {
  if (outcome === 'failed') return paint.bad(rollback === '' ? 'failed' : 'rolled back');
  if (outcome === 'succeeded') return paint.good(outcome);
  return outcome === 'progressing' ? paint.doubtful(outcome) : paint.faint(outcome);
}

function messageLines({ workload, outcome, message, rollback }: RolloutRecord, paint: Paint): string[] {
  const colour = outcome === 'failed' ? paint.bad : paint.doubtful;
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const told = [
    ...lines.map((line) => `    ${colour(line)}`),
    ...(rollback === '' ? [] : [`    the images before are back with ${shortRevision(rollback)}`]),
  ];
  return told.length === 0 ? [] : [`  ${paint.heading(workload)}`, ...told];
}
