import { describe, expect, it } from 'vitest';
import { FieldSet } from './field-set.ts';
import { pathText } from './path-element.ts';

const fields = {
  'f:data': { '.': {}, 'f:a': {}, 'f:b': {} },
  'f:spec': { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:port': {} } }, 'f:tags': { 'v:"x"': {} } },
};

describe('FieldSet', () => {
  it('writes what it read', () => {
    expect(FieldSet.decode(fields).encode()).toEqual(fields);
  });

  it('names its paths as messages do, what is owned here before what is owned below', () => {
    expect([...FieldSet.decode(fields).paths()].map(pathText)).toEqual([
      '.data',
      '.data.a',
      '.data.b',
      '.spec.ports[port=80]',
      '.spec.ports[port=80].port',
      '.spec.tags[="x"]',
    ]);
  });

  const left = FieldSet.of([['f:a'], ['f:a', 'f:b'], ['f:c']]);
  const right = FieldSet.of([['f:a'], ['f:d']]);

  it.each([
    {
      name: 'union',
      result: left.union(right),
      encoded: { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {}, 'f:d': {} },
    },
    { name: 'intersection', result: left.intersection(right), encoded: { 'f:a': {} } },
    { name: 'difference', result: left.difference(right), encoded: { 'f:a': { 'f:b': {} }, 'f:c': {} } },
    { name: 'without', result: left.without(right), encoded: { 'f:c': {} } },
  ])('$name', ({ result, encoded }) => {
    expect(result.encode()).toEqual(encoded);
  });

  it('is empty when nothing is left', () => {
    expect(left.difference(left).empty).toBe(true);
  });
});
