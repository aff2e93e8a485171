import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import { type ImageRef, printImageRef, writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { readContainerPolicy } from '../automation/container-policy.ts';
import {
  type Calculation,
  type ContainerChange,
  calculation,
  succeeded,
  type WorkloadChange,
} from './calculation.ts';
import type { ContainersSpec, ContainerWish } from './release-spec.ts';
import { failed, type SelectedWorkload, selectWorkloads, skipped } from './select-workloads.ts';
import type { Workloads } from './workloads.ts';

/**
 * What a release of exactly these images changes; it is refused with `cannot satisfy specs` when one workload
 * cannot have them, and with `no changes found`. The help says which and why.
 */
export function calculateContainersRelease(spec: ContainersSpec, workloads: Workloads): Calculation {
  const { results, selected } = selectWorkloads(workloads, {
    include: new Set(spec.ContainerSpecs.keys()),
    obeyLocks: !spec.Force,
  });
  const changes: WorkloadChange[] = [];
  for (const workload of selected) {
    const { id } = workload.git;
    const wishes = spec.ContainerSpecs.get(id) ?? [];
    const { result, containers } = releaseContainers(workload, wishes, spec.SkipMismatches);
    results.set(id, result);
    if (containers.length > 0) changes.push({ id, containers });
  }
  const problem = problemOf([...results.values()]);
  if (problem === undefined) return calculation(results, changes);
  return { ...calculation(results, changes), refusal: refuse(problem, results, workloads, spec) };
}

function problemOf(results: readonly WorkloadResult[]): string | undefined {
  if (results.some(({ Status }) => Status === 'failed')) return 'cannot satisfy specs';
  return results.some(({ Status }) => Status === 'success') ? undefined : 'no changes found';
}

function releaseContainers(
  { git, live }: SelectedWorkload,
  wishes: readonly ContainerWish[],
  skipMismatches: boolean,
): { readonly result: WorkloadResult; readonly containers: readonly ContainerChange[] } {
  if (live.containersError !== undefined) return { result: failed(live.containersError), containers: [] };
  const containers: ContainerChange[] = [];
  const unknown: string[] = [];
  const mismatched: string[] = [];
  for (const { container, current, target } of wishes) {
    const image = live.containers.find(({ name }) => name === container)?.image;
    if (!image) {
      unknown.push(container);
    } else if (current && !isSameImage(image, current)) {
      mismatched.push(container);
    } else if (writeImageRef(image) !== writeImageRef(target)) {
      const liftsHold = readContainerPolicy(git.policies, container).held.includes(target.tag);
      containers.push({ container, from: image, to: target, liftsHold });
    }
  }
  const mismatch = `container(s) tag mismatch: ${mismatched.join(', ')}`;
  const note = mismatched.length > 0 ? mismatch : undefined;
  if (unknown.length > 0) return without(failed(`container(s) not found: ${unknown.join(', ')}`));
  if (note !== undefined && !skipMismatches) return without(failed(mismatch));
  if (containers.length === 0) return without(skipped(note ?? 'image(s) up to date'));
  return { result: succeeded(containers, note), containers };
}

/** A client of Flux v1 knows only the text in which a tag beside a digest is left out. */
export function isSameImage(image: ImageRef, expected: ImageRef): boolean {
  const texts = [writeImageRef(image), printImageRef(image)];
  return texts.includes(writeImageRef(expected));
}

function without(result: WorkloadResult): { result: WorkloadResult; containers: readonly [] } {
  return { result, containers: [] };
}

/** Says why, of each workload that was asked for. */
function refuse(
  message: string,
  results: ReadonlyMap<ResourceId, WorkloadResult>,
  { running }: Workloads,
  { ContainerSpecs }: ContainersSpec,
): UserError {
  const lines = [...ContainerSpecs].flatMap(([id, wishes]) => {
    const result = results.get(id);
    const status = `${id}: ${result?.Error ?? result?.Status ?? 'not found in repository'}`;
    const moved = wishes.flatMap(({ container, current }) => {
      const image = running.get(id)?.containers.find(({ name }) => name === container)?.image;
      if (!image || !current || isSameImage(image, current)) return [];
      return [`  ${container} runs ${writeImageRef(image)}, where ${writeImageRef(current)} was expected`];
    });
    return [status, ...moved];
  });
  return new UserError(message, { help: lines.join('\n') });
}
