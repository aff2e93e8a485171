import type { JsonObject } from '@fluxctl/shared/kube-object';
import { describe, expect, it } from 'vitest';
import { coversObject, type FieldsV1, restrictFields, unionFields } from './field-set.ts';

const object = (spec: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'A',
  metadata: { name: 'a' },
  spec,
});

describe('coversObject', () => {
  const port = { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } };
  it.each<{ what: string; fields: FieldsV1; spec: JsonObject; covers: boolean }>([
    { what: 'a leaf', fields: { 'f:a': {} }, spec: { a: 1 }, covers: true },
    { what: 'a leaf that is missing', fields: { 'f:a': {} }, spec: { a: 1, b: 2 }, covers: false },
    { what: 'an atomic mapping', fields: { 'f:selector': {} }, spec: { selector: { x: 'y' } }, covers: true },
    { what: 'an atomic list', fields: { 'f:args': {} }, spec: { args: ['a', 'b'] }, covers: true },
    { what: 'an empty list of things with keys', fields: { 'f:a': {} }, spec: { env: [] }, covers: true },
    {
      what: 'an empty mapping that is missing',
      fields: { 'f:a': {} },
      spec: { emptyDir: {} },
      covers: false,
    },
    {
      what: 'an item by its keys, one from a default',
      fields: { 'f:ports': port },
      spec: { ports: [{ containerPort: 80 }] },
      covers: true,
    },
    {
      what: 'an item with other keys',
      fields: { 'f:ports': port },
      spec: { ports: [{ containerPort: 81 }] },
      covers: false,
    },
    { what: 'a set', fields: { 'f:set': { 'v:"a"': {}, 'v:1': {} } }, spec: { set: ['a', 1] }, covers: true },
    {
      what: 'a set that lacks one',
      fields: { 'f:set': { 'v:"a"': {} } },
      spec: { set: ['a', 'b'] },
      covers: false,
    },
    {
      what: 'a key named as JavaScript names things',
      fields: { 'f:a': {} },
      spec: JSON.parse('{"__proto__":1}'),
      covers: false,
    },
  ])('$what: $covers', ({ fields, spec, covers }) => {
    expect(coversObject({ 'f:spec': fields }, object(spec))).toBe(covers);
  });

  it('does not look for what identifies an object, nor for its status', () => {
    const metadata = { name: 'a', namespace: 'b', labels: { x: 'y' } };
    const fields = { 'f:metadata': { 'f:labels': { 'f:x': {} } } };
    expect(coversObject(fields, { apiVersion: 'v1', kind: 'A', metadata, status: { a: 1 } })).toBe(true);
  });
});

it('restricts fields to those that an object has', () => {
  const fields = {
    'f:kept': {},
    'f:gone': {},
    'f:list': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:image': {} }, 'k:{"name":"b"}': { '.': {} } },
  };
  expect(restrictFields(fields, { kept: 1, list: [{ name: 'a' }] })).toEqual({
    'f:kept': {},
    'f:list': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} } },
  });
});

it('unites fields', () => {
  expect(unionFields({ 'f:a': { 'f:b': {} } }, { 'f:a': { 'f:c': {} }, 'f:d': {} })).toEqual({
    'f:a': { 'f:b': {}, 'f:c': {} },
    'f:d': {},
  });
});
