import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { nextImage } from '../automation/not-in-git.ts';
import type { AutoUpdate } from '../automation/poll.ts';
import {
  type Calculation,
  type ContainerChange,
  calculation,
  succeeded,
  type WorkloadChange,
} from './calculation.ts';
import { notInRepository, selectWorkloads, skipped } from './select-workloads.ts';
import type { ContainersById, Workloads } from './workloads.ts';

/**
 * What an automated run changes, with what git holds now: it may have moved since the poll.
 * @param inGit - the containers of the workloads that it names
 */
export function calculateAutoRelease(
  { Changes }: AutoUpdate,
  workloads: Workloads,
  inGit: ContainersById,
): Calculation {
  const byWorkload = Map.groupBy(Changes, ({ WorkloadID }) => WorkloadID);
  const include = new Set(byWorkload.keys());
  const { results, selected } = selectWorkloads(workloads, { include, obeyLocks: true });
  for (const [id, result] of notInRepository(include, workloads)) results.set(id, result);
  const changes: WorkloadChange[] = [];
  for (const { git } of selected) {
    const containers = (byWorkload.get(git.id) ?? []).flatMap(({ Container, ImageID }) => {
      const from = inGit.get(git.id)?.find(({ name }) => name === Container.Name)?.image;
      const to = from && nextImage(from, parseImageRef(ImageID));
      return from && to
        ? [{ container: Container.Name, from, to, liftsHold: false } satisfies ContainerChange]
        : [];
    });
    results.set(git.id, containers.length > 0 ? succeeded(containers) : skipped('image(s) up to date'));
    if (containers.length > 0) changes.push({ id: git.id, containers });
  }
  return calculation(results, changes);
}
