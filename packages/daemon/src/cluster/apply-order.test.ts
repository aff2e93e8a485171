import type { ObjectRef } from '@fluxctl/shared/kube-object';
import { describe, expect, it } from 'vitest';
import { type Batch, orderForApply } from './apply-order.ts';

/** `kind name`, or `kind namespace/name`; a kind may have its API group in front: `group/kind`. */
function ref(text: string): ObjectRef {
  const [type = '', place = ''] = text.split(' ');
  const [kind = '', group = ''] = type.split('/').toReversed();
  const [name = '', namespace] = place.split('/').toReversed();
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

interface Item {
  readonly text: string;
  readonly ref: ObjectRef;
}

/** What each object waits for, however far back. */
function waits(...objects: string[]): Record<string, string[]> {
  const items = objects.map((text): Item => ({ text, ref: ref(text) }));
  const before = (batch: Batch<Item>): string[] =>
    batch.after.flatMap((earlier) => [...before(earlier), ...earlier.items.map(({ text }) => text)]);
  const told: Record<string, string[]> = {};
  for (const batch of orderForApply(items)) {
    for (const { text } of batch.items) {
      told[text] = [...new Set(before(batch)), ...(batch.ofNewKinds ? ['established'] : [])].toSorted();
    }
  }
  return told;
}

describe('an object waits for what it may need', () => {
  it.each<{ because: string; objects: string[]; waiting: string; waitsFor: string[] }>([
    {
      because: 'its own namespace, not others',
      objects: ['Namespace a', 'Namespace b', 'ConfigMap a/x'],
      waiting: 'ConfigMap a/x',
      waitsFor: ['Namespace a'],
    },
    {
      because: 'what its pods use in its namespace, and what has no namespace',
      objects: [
        ...['Deployment a/x', 'ConfigMap a/c', 'Service a/s', 'Secret b/s', 'ServiceAccount a/u'],
        ...['ClusterRole r', 'PersistentVolume v', 'Deployment a/y'],
      ],
      waiting: 'Deployment a/x',
      waitsFor: ['ClusterRole r', 'ConfigMap a/c', 'PersistentVolume v', 'Service a/s', 'ServiceAccount a/u'],
    },
    {
      because: 'a binding the roles that it may name',
      objects: ['RoleBinding a/b', 'Role a/r', 'ClusterRole r', 'Role b/r', 'ConfigMap a/c'],
      waiting: 'RoleBinding a/b',
      waitsFor: ['ClusterRole r', 'Role a/r'],
    },
    {
      because: 'no other of its kind, and none of a kind that does not concern it',
      objects: ['Service a/s', 'ConfigMap a/c', 'ConfigMap a/d'],
      waiting: 'ConfigMap a/c',
      waitsFor: [],
    },
    {
      because: 'definitions all, as one operator may look for its kinds at once',
      objects: ['CustomResourceDefinition foos.example.com', 'Deployment a/x'],
      waiting: 'Deployment a/x',
      waitsFor: ['CustomResourceDefinition foos.example.com'],
    },
    {
      because: 'an object of a new kind until it is established',
      objects: ['example.com/Foo a/x', 'CustomResourceDefinition foos.example.com', 'example.org/Bar a/y'],
      waiting: 'example.com/Foo a/x',
      waitsFor: ['CustomResourceDefinition foos.example.com', 'established'],
    },
    {
      because: 'one of a kind that was there before does not',
      objects: ['example.com/Foo a/x', 'CustomResourceDefinition foos.example.com', 'example.org/Bar a/y'],
      waiting: 'example.org/Bar a/y',
      waitsFor: ['CustomResourceDefinition foos.example.com'],
    },
    {
      because: 'definitions for nobody, whatever they define',
      objects: ['apiextensions.k8s.io/CustomResourceDefinition x.apiextensions.k8s.io', 'Namespace a'],
      waiting: 'apiextensions.k8s.io/CustomResourceDefinition x.apiextensions.k8s.io',
      waitsFor: [],
    },
    {
      because: 'what has a say in everything comes last',
      objects: ['APIService s', 'Deployment a/x', 'Namespace b', 'StorageClass c'],
      waiting: 'APIService s',
      waitsFor: ['Deployment a/x', 'Namespace b', 'StorageClass c'],
    },
  ])('$because', ({ objects, waiting, waitsFor }) => {
    expect(waits(...objects)[waiting]).toEqual(waitsFor);
  });

  it('has each object once, whatever there is', () => {
    const kinds = ['Namespace', 'Role', 'Secret', 'Job', 'example.com/Foo', 'APIService'];
    const objects = kinds.flatMap((kind) => ['x', 'a/x', 'b/x'].map((place) => `${kind} ${place}`));
    const all = orderForApply(objects.map((text) => ({ text, ref: ref(text) })));
    expect(all.flatMap(({ items }) => items.map(({ text }) => text)).toSorted()).toEqual(objects.toSorted());
  });
});
