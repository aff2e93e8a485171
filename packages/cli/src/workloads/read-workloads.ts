import type { ControllerStatus, Rollout } from '@fluxctl/shared/api/types';
import { sortedMap } from '@fluxctl/shared/go-json';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { type Foreign, readList } from './foreign.ts';
import { readContainer } from './read-container.ts';

/**
 * The daemon's answer as Flux v1's client has it after decoding: every member there, in its order, image
 * references and times in their one form, sorted by id. `null` stays.
 * @throws {RequestError} when an id or a time cannot be read
 */
export function readWorkloads(
  answer: readonly ControllerStatus[] | null,
): readonly ControllerStatus[] | null {
  return readList(answer, readWorkload);
}

/**
 * Only those that have a container of this name; an empty name keeps all.
 * @returns `null` when nothing is left, as Go has it
 */
export function selectWorkloads(
  workloads: readonly ControllerStatus[] | null,
  container: string,
): readonly ControllerStatus[] | null {
  if (workloads === null || container === '') return workloads;
  const kept = workloads.filter(({ Containers }) => Containers?.some(({ Name }) => Name === container));
  return kept.length > 0 ? kept : null;
}

function readWorkload(given: Foreign<ControllerStatus>): ControllerStatus {
  return {
    ID: given.ID ? parseResourceId(given.ID) : '',
    Containers: given.Containers?.map((one) => readContainer(one)) ?? null,
    ReadOnly: given.ReadOnly ?? '',
    Status: given.Status ?? '',
    Rollout: readRollout(given.Rollout ?? {}),
    SyncError: given.SyncError ?? '',
    Antecedent: given.Antecedent ? parseResourceId(given.Antecedent) : '',
    Labels: given.Labels ? sortedMap(given.Labels) : null,
    Automated: given.Automated ?? false,
    Locked: given.Locked ?? false,
    Ignore: given.Ignore ?? false,
    Policies: given.Policies ? sortedMap(given.Policies) : (null as unknown as ControllerStatus['Policies']),
  };
}

function readRollout(given: Foreign<Rollout>): Rollout {
  return {
    Desired: given.Desired ?? 0,
    Updated: given.Updated ?? 0,
    Ready: given.Ready ?? 0,
    Available: given.Available ?? 0,
    Outdated: given.Outdated ?? 0,
    Messages: given.Messages ?? null,
  };
}
