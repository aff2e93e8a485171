import type { SyncOutcome } from '@fluxctl/shared/api/types';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { LoadProblem } from '../manifests/manifest.ts';
import type { Outcome } from './sync-report.ts';
import type { Wanted } from './wanted.ts';

/** An object's outcome, with the place in git that it is about. */
export function outcomeOf(
  wanted: Wanted,
  action: Outcome['action'],
  error?: { readonly message: string; readonly field?: string | undefined },
): Outcome {
  return {
    id: wanted.id,
    apiVersion: wanted.manifest.apiVersion,
    action,
    source: wanted.manifest.source,
    error: error && { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) },
  };
}

/** One outcome for each object concerned; one without an object when none is known. */
export function problemOutcomes(problem: LoadProblem): Outcome[] {
  const ids: readonly (ResourceId | undefined)[] = problem.ids.length > 0 ? problem.ids : [undefined];
  return ids.map((id) => ({
    id,
    apiVersion: undefined,
    action: problem.severity === 'error' ? 'failed' : 'warned',
    source: problem.source,
    error: { message: problem.message },
  }));
}

/** `b.yaml:12`, or the path alone where the line is not known. */
export function sourceText(source: { readonly path: string; readonly line?: number }): string {
  return source.line === undefined ? source.path : `${source.path}:${source.line}`;
}

/** A line of the log names so many failures. */
const failuresShown = 100;

/** `default:deployment/x: the reason (b.yaml:12); …`, for the log. */
export function failureList(failures: readonly Outcome[]): string {
  const texts = failures.slice(0, failuresShown).map(failureText);
  const more = failures.length - texts.length;
  return [...texts, ...(more > 0 ? [`… and ${more} more`] : [])].join('; ');
}

function failureText(outcome: Outcome): string {
  const what = outcome.id === undefined ? '' : `${outcome.id}: `;
  return `${what}${outcome.error?.message ?? ''} (${sourceText(outcome.source)})`;
}

/** As the API shows it. */
export function apiOutcome(outcome: Outcome): SyncOutcome {
  const { path, line, document } = outcome.source;
  return {
    id: outcome.id ?? '',
    apiVersion: outcome.apiVersion ?? '',
    action: outcome.action,
    source: path === clusterSource.path ? null : { path, line: line ?? 0, document: document ?? 0 },
    error: outcome.error ? { message: outcome.error.message, field: outcome.error.field ?? '' } : null,
  };
}

/** What is about the cluster alone, such as a delete, has no file. */
export const clusterSource = { path: '<cluster>' } as const;

export function countActions(outcomes: Iterable<Outcome>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of outcomes) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}
