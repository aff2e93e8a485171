import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { canonicalName, type ImageRef, writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { NamedImage } from '../manifests/named-image.ts';
import { type Calculation, type ContainerChange, succeeded, type WorkloadChange } from './calculation.ts';
import { skipped } from './select-workloads.ts';
import type { ContainersById } from './workloads.ts';

/**
 * Releases are calculated from what the cluster runs; git may be ahead of it, or have other containers. Of the
 * changes, those remain that git lacks, with names as git spells them.
 * @param strict - the images are those that were asked for by name, whatever git has in their place now;
 *   otherwise (they are the newest of what runs) a container that git has moved to another repository, or does
 *   not have, is left alone: Flux v1 undid the move, and gave up over a sidecar that a webhook put in
 */
export function settleInGit(from: Calculation, inGit: ContainersById, strict: boolean): Calculation {
  const results: Record<string, WorkloadResult> = { ...from.results };
  const changes: WorkloadChange[] = [];
  for (const { id, containers } of from.changes) {
    const { left, note } = settleWorkload(containers, inGit.get(id) ?? [], strict);
    const before = from.results[id];
    if (left.length > 0) {
      changes.push({ id, containers: left });
      const notes = [before?.Error, note].filter((text) => text !== undefined);
      results[id] = succeeded(left, notes.length === 0 ? undefined : notes.join('; '));
    } else {
      results[id] = skipped(note ?? 'image(s) up to date');
    }
  }
  return { ...from, results, changes };
}

function settleWorkload(
  containers: readonly ContainerChange[],
  inGit: readonly NamedImage[],
  strict: boolean,
): { readonly left: readonly ContainerChange[]; readonly note: string | undefined } {
  const left: ContainerChange[] = [];
  const absent: string[] = [];
  const moved: string[] = [];
  for (const change of containers) {
    const image = inGit.find(({ name }) => name === change.container)?.image;
    if (!image) {
      if (strict) left.push(change);
      else absent.push(change.container);
    } else if (canonicalName(image) !== canonicalName(change.to)) {
      if (strict) left.push(change);
      else moved.push(`${change.container} (${writeImageRef(image)})`);
    } else {
      const to = spelledAs(image, change.to);
      if (writeImageRef(image) !== writeImageRef(to)) left.push({ ...change, to });
    }
  }
  const notes = [
    ...(absent.length === 0 ? [] : [`container(s) not found in repository: ${absent.join(', ')}`]),
    ...(moved.length === 0 ? [] : [`another image in repository: ${moved.join(', ')}`]),
  ];
  return { left, note: notes.length === 0 ? undefined : notes.join('; ') };
}

function spelledAs({ domain, path }: ImageRef, { tag, sha256 }: ImageRef): ImageRef {
  return { domain, path, tag, sha256 };
}
