import type { Cause, ContainerUpdate, ReleasePlan, WorkloadResult } from '@fluxctl/shared/api/types';
import { sortedMap } from '@fluxctl/shared/go-json';
import { planId } from './plan-id.ts';

type Results = Readonly<Record<string, WorkloadResult>>;

/** What a dry run found, as a plan that can be kept, looked at and carried out. */
export function makePlan(given: {
  readonly revision: string;
  readonly cause: Cause;
  readonly force: boolean;
  readonly updates: ReleasePlan['updates'];
  readonly result: Results;
}): ReleasePlan {
  const { revision, cause, force } = given;
  const updates = sortedMap(mapValues(given.updates, (list) => list.map(inOrder)));
  const result = sortedMap(mapValues(given.result, resultInOrder));
  return { id: planId({ revision, cause, force, updates }), revision, cause, force, updates, result };
}

/** The updates of the workloads that can be released. */
export function possibleUpdates(result: Results): ReleasePlan['updates'] {
  return Object.fromEntries(
    Object.entries(result).flatMap(([workload, { Status, PerContainer }]) =>
      Status === 'success' && PerContainer?.length ? [[workload, PerContainer]] : [],
    ),
  );
}

/** A text for a file: indented, with its members in a fixed order. */
export function printPlan(plan: ReleasePlan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function inOrder({ Container, Current, Target }: ContainerUpdate): ContainerUpdate {
  return { Container, Current, Target };
}

function resultInOrder({ Status, Error: error, PerContainer }: WorkloadResult): WorkloadResult {
  return {
    Status,
    ...(error === undefined ? {} : { Error: error }),
    PerContainer: PerContainer?.map(inOrder) ?? null,
  };
}
