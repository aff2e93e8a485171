import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId, type ResourceId } from '@fluxctl/shared/resource/resource-id';
import { expect, it } from 'vitest';
import type { NamedImage } from '../manifests/named-image.ts';
import type { WorkloadChange } from './calculation.ts';
import { verifyRelease } from './verify.ts';

type Objects = Record<string, Record<string, string> | undefined>;

function objects(given: Objects): ReadonlyMap<ResourceId, readonly NamedImage[] | undefined> {
  return new Map(
    Object.entries(given).map(([name, containers]) => [
      parseResourceId(`default:${name}`),
      containers &&
        Object.entries(containers).map(([c, image]) => ({ name: c, image: parseImageRef(image) })),
    ]),
  );
}

function change(name: string, container: string, to: string): WorkloadChange {
  const images = { from: parseImageRef('x:1'), to: parseImageRef(to), liftsHold: false };
  return { id: parseResourceId(`default:${name}`), containers: [{ container, ...images }] };
}

const before: Objects = { 'deployment/a': { c: 'x:1', d: 'y:1' }, 'service/s': undefined };
const wanted = [change('deployment/a', 'c', 'x:2')];

it('is content when exactly the intended shows', () => {
  const after = { ...before, 'deployment/a': { c: 'x:2', d: 'y:1' } };
  expect(() => verifyRelease(objects(before), wanted, objects(after))).not.toThrow();
});

it.each([
  {
    changes: wanted,
    after: before,
    n: '[manifests C19]',
    problem: 'the image for container "c" in resource "default:deployment/a" should be "x:2", but is "x:1"',
  },
  {
    changes: [change('deployment/z', 'c', 'x:2')],
    after: before,
    n: '[manifests 4.4]',
    problem: 'resource "default:deployment/z" mentioned in update not found in resources',
  },
  {
    changes: [change('service/s', 'c', 'x:2')],
    after: before,
    n: '[manifests 4.4]',
    problem: 'resource "default:service/s" mentioned in update is not a workload',
  },
  {
    changes: [change('deployment/a', 'z', 'x:2')],
    after: before,
    n: '[manifests 4.4]',
    problem: 'updating container "z" in resource "default:deployment/a" failed: container "z" not found',
  },
  {
    changes: [],
    after: { ...before, 'deployment/b': {} },
    n: '[manifests 4.4]',
    problem: 'resource "default:deployment/b" is new after update',
  },
  {
    changes: [],
    after: { ...before, 'deployment/a': undefined },
    n: '[manifests 4.4]',
    problem:
      'resource "default:deployment/a" is no longer a workload (Deployment or DaemonSet, or similar) after update',
  },
  {
    changes: [],
    after: { ...before, 'deployment/a': { c: 'x:1' } },
    n: '[manifests 4.4]',
    problem: 'resource "default:deployment/a" has different set of containers after update',
  },
  {
    changes: [],
    after: { ...before, 'deployment/a': { c: 'x:1', e: 'y:1' } },
    n: '[manifests 4.4]',
    problem:
      'container in position 1 of resource "default:deployment/a" has a different name after update: was "d", now "e"',
  },
  {
    changes: [],
    after: {},
    n: '[manifests 4.4]',
    problem: 'resources {"default:deployment/a", "default:service/s"} present before update but not after',
  },
])('$n $problem', ({ changes, after, problem }) => {
  expect(() => verifyRelease(objects(before), changes, objects(after))).toThrow(
    `verifying changes: failed to verify changes: ${problem}`,
  );
});
