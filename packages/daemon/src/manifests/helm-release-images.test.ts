import { printImageRef } from '@fluxctl/shared/images/image-ref';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { describe, expect, it } from 'vitest';
import { helmReleaseImages } from './helm-release-images.ts';

const read = (values: JsonObject, annotations: Record<string, string> = {}): string[] =>
  helmReleaseImages(values, annotations).map(({ name, image }) => `${name} ${printImageRef(image)}`);

describe('layouts, at the top of the values and right under it', () => {
  it.each<{ layout: string; holder: JsonObject; image: string | undefined }>([
    { layout: 'image', holder: { image: 'a/b:1' }, image: 'a/b:1' },
    { layout: 'image, tag', holder: { image: 'a/b', tag: '1' }, image: 'a/b:1' },
    { layout: 'registry, image', holder: { registry: 'quay.io', image: 'a/b:1' }, image: 'quay.io/a/b:1' },
    {
      layout: 'registry, image, tag',
      holder: { registry: 'quay.io', image: 'a/b', tag: '1' },
      image: 'quay.io/a/b:1',
    },
    { layout: 'image.repository', holder: { image: { repository: 'a/b:1' } }, image: 'a/b:1' },
    {
      layout: 'image.repository and tag inside',
      holder: { image: { repository: 'a/b', tag: '1' } },
      image: 'a/b:1',
    },
    {
      layout: 'all inside',
      holder: { image: { registry: 'quay.io', repository: 'a/b', tag: '1' } },
      image: 'quay.io/a/b:1',
    },
    {
      layout: 'a tag beside an image map, which is ignored',
      holder: { image: { repository: 'a/b' }, tag: '1' },
      image: 'a/b',
    },
    { layout: 'an image map without a repository', holder: { image: { name: 'a' } }, image: undefined },
    { layout: 'a tag that is a number, which is no tag', holder: { image: 'a/b', tag: 1 }, image: 'a/b' },
    { layout: 'an empty tag', holder: { image: 'a/b', tag: '' }, image: undefined },
    { layout: 'an empty registry', holder: { image: 'a/b', registry: '' }, image: undefined },
    { layout: 'two tags', holder: { image: 'a/b:1', tag: '2' }, image: undefined },
  ])('$layout', ({ holder, image }) => {
    expect(read(holder)).toEqual(image === undefined ? [] : [`chart-image ${image}`]);
    expect(read({ web: holder })).toEqual(image === undefined ? [] : [`web ${image}`]);
  });

  it('goes no deeper, and into no list', () => {
    expect(read({ a: { b: { image: 'x' } }, c: [{ image: 'x' }] })).toEqual([]);
  });
});

it("[manifests E8] finds seven layouts in one release, the chart's own image first", () => {
  const values = {
    ZZZ: { img: 'zzz', tag: '1' },
    XXX: { image: 'quay.io/xxx/yyy:1' },
    NNN: { image: { registry: 'nnn.io', repository: 'nnn:1' } },
    HHH: { registry: 'hhh.io', image: 'hhh', tag: '1' },
    DDD: { image: { repository: 'ddd', tag: '1' } },
    AAA: { image: 'aaa', tag: '1' },
    image: 'top:1',
  };
  const annotations = { 'repository.fluxcd.io/ZZZ': 'ZZZ.img', 'tag.fluxcd.io/ZZZ': 'ZZZ.tag' };
  expect(read(values, annotations)).toEqual([
    'chart-image top:1',
    'AAA aaa:1',
    'DDD ddd:1',
    'HHH hhh.io/hhh:1',
    'NNN nnn.io/nnn:1',
    'XXX quay.io/xxx/yyy:1',
    'ZZZ zzz:1',
  ]);
});

describe('annotations that say where an image is', () => {
  const values = { m: { img: 'mariadb', tag: '10.1', reg: 'localhost:5000', number: 7 }, image: 'top' };
  it.each<{ what: string; annotations: Record<string, string>; found: string[] }>([
    { what: 'the repository', annotations: { 'repository.fluxcd.io/x': 'm.img' }, found: ['x mariadb'] },
    {
      what: 'repository and tag',
      annotations: { 'repository.fluxcd.io/x': 'm.img', 'tag.fluxcd.io/x': 'm.tag' },
      found: ['x mariadb:10.1'],
    },
    {
      what: 'registry and repository',
      annotations: { 'repository.fluxcd.io/x': 'm.img', 'registry.fluxcd.io/x': 'm.reg' },
      found: ['x localhost:5000/mariadb'],
    },
    { what: '[manifests E9] the tag only', annotations: { 'tag.fluxcd.io/x': 'm.tag' }, found: [] },
    {
      what: 'a path that leads nowhere',
      annotations: { 'repository.fluxcd.io/x': 'm.img', 'tag.fluxcd.io/x': 'm.none' },
      found: [],
    },
    {
      what: 'a path that leads to no text',
      annotations: { 'repository.fluxcd.io/x': 'm.img', 'tag.fluxcd.io/x': 'm.number' },
      found: [],
    },
    {
      what: 'an absolute path, which does not work',
      annotations: { 'repository.fluxcd.io/x': 'spec.values.m.img' },
      found: [],
    },
  ])('$what', ({ annotations, found }) => {
    expect(read(values, annotations)).toEqual(['chart-image top', ...found]);
  });

  it('they replace an image of the same name', () => {
    expect(read({ x: { image: 'found' }, other: 'named' }, { 'repository.fluxcd.io/x': 'other' })).toEqual([
      'x named',
    ]);
  });
});
