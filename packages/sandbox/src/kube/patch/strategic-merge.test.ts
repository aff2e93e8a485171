import { describe, expect, it } from 'vitest';
import data from '../generated/kube-schema.json' with { type: 'json' };
import { BuiltinSchemas } from '../schema/builtin-schema.ts';
import { strategicMerge } from './strategic-merge.ts';

const schema = new BuiltinSchemas(data.types as never).type('core.v1.PodSpec');
const pod = () => ({
  containers: [
    { name: 'a', image: 'a:1', args: ['x'], env: [{ name: 'X', value: '1' }] },
    { name: 'b', image: 'b:1' },
  ],
  nodeSelector: { k: 'v' },
  volumes: [{ name: 'v', emptyDir: {} }],
});

describe('strategicMerge', () => {
  it.each([
    {
      because: 'items merge by their key',
      patch: { containers: [{ name: 'b', image: 'b:2' }] },
      containers: ['a:1', 'b:2'],
    },
    {
      because: 'a new item comes first, unless an order says otherwise',
      patch: { containers: [{ name: 'c', image: 'c:1' }] },
      containers: ['c:1', 'a:1', 'b:1'],
    },
    {
      because: 'the order that is asked for is kept',
      patch: {
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }, { name: 'a' }],
        containers: [{ name: 'c', image: 'c:1' }],
      },
      containers: ['b:1', 'c:1', 'a:1'],
    },
    {
      because: 'an item can be deleted',
      patch: { containers: [{ name: 'a', $patch: 'delete' }] },
      containers: ['b:1'],
    },
    {
      because: 'a list can be replaced',
      patch: { containers: [{ $patch: 'replace' }, { name: 'c', image: 'c:1' }] },
      containers: ['c:1'],
    },
  ])('$because', ({ patch, containers }) => {
    const merged = strategicMerge(schema, pod(), patch as never);
    expect((merged['containers'] as { image: string }[]).map(({ image }) => image)).toEqual(containers);
  });

  it('replaces atomic lists, and removes what is null', () => {
    const merged = strategicMerge(schema, pod(), {
      containers: [{ name: 'a', args: ['y', 'z'], env: null }],
      nodeSelector: null,
    });
    expect(merged['containers']).toEqual([
      { name: 'a', image: 'a:1', args: ['y', 'z'] },
      { name: 'b', image: 'b:1' },
    ]);
    expect(merged).not.toHaveProperty('nodeSelector');
  });

  it('retains only the keys that are named', () => {
    const volume = { name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'm' } };
    const merged = strategicMerge(schema, pod(), { volumes: [volume] });
    expect(merged['volumes']).toEqual([{ name: 'v', configMap: { name: 'm' } }]);
  });

  it('refuses items without their key', () => {
    expect(() => strategicMerge(schema, pod(), { containers: [{ image: 'x' }] })).toThrow(
      'does not contain declared merge key: name',
    );
  });
});
