import type { SyncOutcome } from '@fluxctl/shared/api/types';
import type { Paint } from '../output/paint.ts';

/** Outcomes that keep the cluster from being what git says. */
export function failures(outcomes: readonly SyncOutcome[]): SyncOutcome[] {
  return outcomes.filter(({ action }) => action === 'failed');
}

export function warnings(outcomes: readonly SyncOutcome[]): SyncOutcome[] {
  return outcomes.filter(({ action }) => action === 'warned');
}

/**
 * A paragraph per outcome: the object, where it is written, and the words of the API server or of
 * whoever else refused it.
 *
 *     demo:deployment/hello  workloads/hello.yaml:3
 *       spec.selector: Invalid value: …: field is immutable
 */
export function outcomeLines(outcomes: readonly SyncOutcome[], paint: Paint): string[] {
  return outcomes.flatMap((outcome) => [
    `  ${[paint.heading(outcome.id), paint.faint(place(outcome))].filter((text) => text !== '').join('  ')}`,
    ...reason(outcome).map(
      (line) => `    ${outcome.action === 'failed' ? paint.bad(line) : paint.doubtful(line)}`,
    ),
  ]);
}

function place({ source }: SyncOutcome): string {
  return source === null ? '' : `${source.path}:${source.line}`;
}

function reason({ error }: SyncOutcome): string[] {
  const message = error?.message.trimEnd() ?? '';
  const field = error?.field ?? '';
  const named = field === '' || message.includes(field) ? message : `${field}: ${message}`;
  return named === '' ? [] : named.split('\n');
}

/** `1 object`, `2 objects`. */
export function countObjects(count: number): string {
  return `${count} ${count === 1 ? 'object' : 'objects'}`;
}
