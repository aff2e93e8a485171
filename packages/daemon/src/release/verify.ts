import { UserError } from '@fluxctl/shared/errors';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { NamedImage } from '../manifests/named-image.ts';
import type { WorkloadChange } from './calculation.ts';
import type { ContainersById } from './workloads.ts';

/**
 * Compares what the edited files define with what was meant: the objects from before, with the
 * changes made, and nothing else. Containers of objects that are the same before and after need not be told.
 * @throws {UserError} `verifying changes: failed to verify changes: …`
 */
export function verifyRelease(
  before: ContainersById,
  changes: readonly WorkloadChange[],
  after: ContainersById,
): void {
  const problem = findDifference(withChanges(before, changes), after);
  if (problem !== undefined) throw refusal(problem);
}

function withChanges(before: ContainersById, changes: readonly WorkloadChange[]): ContainersById {
  const wanted = new Map(before);
  for (const { id, containers } of changes) {
    const mentioned = `resource "${id}" mentioned in update`;
    if (!wanted.has(id)) throw refusal(`${mentioned} not found in resources`);
    const named = wanted.get(id);
    if (!named) throw refusal(`${mentioned} is not a workload`);
    const images = [...named];
    for (const { container, to } of containers) {
      const index = images.findIndex(({ name }) => name === container);
      if (index < 0) {
        throw refusal(
          `updating container "${container}" in resource "${id}" failed: container ${JSON.stringify(container)} not found`,
        );
      }
      images[index] = { name: container, image: to };
    }
    wanted.set(id, images);
  }
  return wanted;
}

function findDifference(wanted: ContainersById, after: ContainersById): string | undefined {
  for (const [id, found] of after) {
    if (!wanted.has(id)) return `resource "${id}" is new after update`;
    const expected = wanted.get(id);
    const problem = expected && compareContainers(id, expected, found);
    if (problem !== undefined) return problem;
  }
  const gone = [...wanted.keys()].filter((id) => !after.has(id));
  if (gone.length === 0) return undefined;
  return `resources {${gone.map((id) => `"${id}"`).join(', ')}} present before update but not after`;
}

function compareContainers(
  id: ResourceId,
  expected: readonly NamedImage[],
  found: readonly NamedImage[] | undefined,
): string | undefined {
  if (!found) {
    return `resource "${id}" is no longer a workload (Deployment or DaemonSet, or similar) after update`;
  }
  if (found.length !== expected.length)
    return `resource "${id}" has different set of containers after update`;
  for (const [index, { name, image }] of expected.entries()) {
    const other = found[index];
    if (other?.name !== name) {
      return `container in position ${index} of resource "${id}" has a different name after update: was "${name}", now "${other?.name}"`;
    }
    const [should, is] = [writeImageRef(image), writeImageRef(other.image)];
    if (should !== is)
      return `the image for container "${name}" in resource "${id}" should be "${should}", but is "${is}"`;
  }
  return undefined;
}

function refusal(problem: string): UserError {
  const message = `verifying changes: failed to verify changes: ${problem}`;
  return new UserError(message, {
    help: `The release process failed, with this message:\n\n    ${problem}\n\nNothing was committed.`,
  });
}
