import type { ContainerUpdate, WorkloadResult } from '@fluxctl/shared/api/types';
import type { UserError } from '@fluxctl/shared/errors';
import { type ImageRef, writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Lacking } from '../automation/poll.ts';

/** What a release comes to: a result for each workload, and what is to change in git. */
export interface Calculation {
  /** By the workload's id, in its order. */
  readonly results: Readonly<Record<string, WorkloadResult>>;
  /** One for each result `success`. */
  readonly changes: readonly WorkloadChange[];
  /** What the registry should be asked for; with it known, the calculation may come to more. */
  readonly lacking: readonly Lacking[];
  /** Why nothing of it is to be written; undefined: it may be. */
  readonly refusal?: UserError;
}

export interface WorkloadChange {
  readonly id: ResourceId;
  readonly containers: readonly ContainerChange[];
}

export interface ContainerChange {
  readonly container: string;
  readonly from: ImageRef;
  readonly to: ImageRef;
  /** The image was held back, and is wanted all the same: the hold on it goes. */
  readonly liftsHold: boolean;
}

export function calculation(
  results: ReadonlyMap<ResourceId, WorkloadResult>,
  changes: readonly WorkloadChange[],
  lacking: readonly Lacking[] = [],
): Calculation {
  const sorted = [...results].sort(([a], [b]) => (a < b ? -1 : 1));
  return { results: Object.fromEntries(sorted), changes, lacking };
}

/** @param note - told beside the success */
export function succeeded(changes: readonly ContainerChange[], note?: string): WorkloadResult {
  return {
    Status: 'success',
    ...(note === undefined ? {} : { Error: note }),
    PerContainer: changes.map(containerUpdate),
  };
}

function containerUpdate({ container, from, to }: ContainerChange): ContainerUpdate {
  return { Container: container, Current: writeImageRef(from), Target: writeImageRef(to) };
}
