import type { ContainersUpdate } from '@fluxctl/shared/api/types';
import { sortedMap } from '@fluxctl/shared/go-json';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import { member } from '@fluxctl/shared/updates/update-spec';
import type { AutoUpdate } from '../automation/poll.ts';
import type { ContainersSpec } from './release-spec.ts';

/**
 * Specs of updates as Go writes them, whatever the case and the order in which they were sent: for notes and
 * results, which other programs read.
 */

/** What is ours comes last, and only where it is used. */
export function containersJson(spec: ContainersSpec): object {
  const { Kind, SkipMismatches, Force, Plan } = spec;
  const wishes = [...spec.ContainerSpecs].map(([id, list]): [string, object[]] => [
    id,
    list.map(({ container, current, target }) => ({
      Container: container,
      ...(current ? { Current: writeImageRef(current) } : {}),
      Target: writeImageRef(target),
    })),
  ]);
  const holds = [...spec.Holds].map(([id, tags]): [string, Record<string, string>] => [
    id,
    sortedMap(Object.fromEntries(tags)),
  ]);
  const ours: Pick<ContainersUpdate, 'Plan' | 'Holds'> = {
    ...(Plan ? { Plan } : {}),
    ...(holds.length > 0 ? { Holds: sortedMap(Object.fromEntries(holds)) } : {}),
  };
  return { Kind, ContainerSpecs: sortedMap(Object.fromEntries(wishes)), SkipMismatches, Force, ...ours };
}

export function autoJson({ Changes }: AutoUpdate): object {
  return {
    Changes: Changes.map(({ WorkloadID, Container: { Name, Image }, ImageID }) => ({
      WorkloadID,
      Container: { Name, Image },
      ImageID,
    })),
  };
}

/** @param spec - one that could be read */
export function policyJson(spec: unknown): object {
  const updates = Object.entries(spec ?? {}).map(([id, update]: [string, unknown]): [string, object] => {
    const json = typeof update === 'object' && update !== null ? update : {};
    return [id, { add: policySet(member(json, 'add')), remove: policySet(member(json, 'remove')) }];
  });
  return sortedMap(Object.fromEntries(updates));
}

/** `null` where nothing was sent; a list of names means that each is `true`. */
function policySet(json: unknown): Record<string, unknown> | null {
  if (typeof json !== 'object' || json === null) return null;
  const entries = Array.isArray(json)
    ? json.map((name: unknown) => [String(name), 'true'])
    : Object.entries(json);
  return sortedMap(Object.fromEntries(entries));
}
