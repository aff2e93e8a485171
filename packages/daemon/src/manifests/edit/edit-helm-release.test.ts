import { describe, expect, it } from 'vitest';
import { type Diff, indented, mapDiff, readDiff } from '../../../test/fakes/edit-diff.ts';
import { editFile } from './edit-file.ts';

const target = { kind: 'HelmRelease', name: 'app', isNamespace: () => true };

function setImages(text: string, images: Readonly<Record<string, string>>): string {
  const edits = Object.entries(images).map(([container, image]) => ({ container, image }));
  return editFile(text, [{ document: 1, target, images: edits }]);
}

/** A HelmRelease with these values, and these paths in `<part>.fluxcd.io/<alias>` annotations. */
function release(values: string, paths: Readonly<Record<string, string>> = {}): string {
  const annotations = Object.entries(paths).map(
    ([key, path]) => `    ${key.replace('/', '.fluxcd.io/')}: ${path}\n`,
  );
  const metadata = annotations.length === 0 ? '' : `  annotations:\n${annotations.join('')}`;
  return `apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata:\n  name: app\n${metadata}spec:\n  values:\n${indented(values, 4)}`;
}

function inValues(values: string, paths?: Readonly<Record<string, string>>): Diff {
  return mapDiff(readDiff(values), (text) => release(text, paths));
}

interface Layout {
  readonly n: string;
  readonly what: string;
  readonly values: string;
  readonly image: string;
  /** That leads back to the old text; none where quotes or parts would stay. */
  readonly back?: string;
}

const layouts: readonly Layout[] = [
  {
    n: '4.2',
    what: 'image',
    values: `
      -image: quay.io/a/b:1 # one
      +image: quay.io/a/b:2 # one
    `,
    image: 'quay.io/a/b:2',
    back: 'quay.io/a/b:1',
  },
  {
    n: '4.2',
    what: 'image and tag',
    values: `
       image: "quay.io/a/b"
      -tag: v1
      +tag: v2
    `,
    image: 'quay.io/a/b:v2',
    back: 'quay.io/a/b:v1',
  },
  {
    n: '4.2',
    what: 'registry and image',
    values: `
       registry: quay.io
      -image: a/b:1
      +image: a/b:2
    `,
    image: 'quay.io/a/b:2',
    back: 'quay.io/a/b:1',
  },
  {
    n: '4.2',
    what: 'registry, image and tag',
    values: `
       registry: quay.io
       image: a/b
      -tag: 'v1'
      +tag: 'v2'
    `,
    image: 'quay.io/a/b:v2',
    back: 'quay.io/a/b:v1',
  },
  {
    n: '4.2',
    what: 'image.repository',
    values: `
       image:
      -  repository: localhost:5000/b:1
      +  repository: localhost:5000/b:2
         pullPolicy: Always
       tag: beside, which does not count
    `,
    image: 'localhost:5000/b:2',
    back: 'localhost:5000/b:1',
  },
  {
    n: '4.2',
    what: 'image.repository and tag',
    values: `
      -image: {repository: a/b, tag: v1}
      +image: {repository: a/b, tag: v2}
       registry: beside.io
    `,
    image: 'a/b:v2',
    back: 'a/b:v1',
  },
  {
    n: '4.2',
    what: 'image.registry and repository',
    values: `
       image:
         registry: quay.io
      -  repository: a/b:1
      +  repository: a/b:2
    `,
    image: 'quay.io/a/b:2',
    back: 'quay.io/a/b:1',
  },
  {
    n: '[manifests E10]',
    what: 'all three in image, all of which change',
    values: `
       image:
      -  registry: registry.com
      -  repository: ghost
      -  tag: old
      +  registry: other.com
      +  repository: bitnami/ghost
      +  tag: new
    `,
    image: 'other.com/bitnami/ghost:new',
    back: 'registry.com/ghost:old',
  },
  {
    n: '4.5 (10)',
    what: 'a tag that reads as a number gets quotes',
    values: `
       image: b
      -tag: v1
      +tag: '1.10'
    `,
    image: 'b:1.10',
  },
  {
    n: '4.5 (37)',
    what: 'a tag that reads as a boolean gets quotes',
    values: `
       image: b
      -tag: v1
      +tag: 'on'
    `,
    image: 'b:on',
  },
  {
    n: '4.5 (9)',
    what: 'a tag of three numbers needs none',
    values: `
       image: b
      -tag: 1.10.0-r1
      +tag: 1.10.1
    `,
    image: 'b:1.10.1',
    back: 'b:1.10.0-r1',
  },
  {
    n: '4.2',
    what: 'a tag without quotes that is a number, which reads as none, is written',
    values: `
       image: b
      -tag: 1.0
      +tag: '1.10'
    `,
    image: 'b:1.10',
  },
  {
    n: '4.2',
    what: 'a tag without a value is written',
    values: `
       image: b
      -tag:
      +tag: v2
    `,
    image: 'b:v2',
  },
  {
    n: '4.2',
    what: 'a registry with a part of the path stays cut as it is (v1 moved that part)',
    values: `
       registry: quay.io/org
       image: app
      -tag: v1
      +tag: v2
    `,
    image: 'quay.io/org/app:v2',
    back: 'quay.io/org/app:v1',
  },
  {
    n: '4.2',
    what: 'a registry that is no host stays (v1 emptied it)',
    values: `
       registry: reg
      -image: app:1
      +image: app:2
    `,
    image: 'reg/app:2',
    back: 'reg/app:1',
  },
  {
    n: '4.3 (4)',
    what: 'a digest behind the tag',
    values: `
       image:
         repository: b
      -  tag: "1@sha256:aaa"
      +  tag: "2@sha256:bbb"
    `,
    image: 'b:2@sha256:bbb',
    back: 'b:1@sha256:aaa',
  },
];

describe('layouts', () => {
  it.each(layouts)('$n $what, at the top of the values and right under it', ({ values, image, back }) => {
    const top = inValues(values);
    const nested = mapDiff(readDiff(values), (text) =>
      release(`other: {image: b:1}\nweb:\n${indented(text, 2)}`),
    );
    for (const [container, { before, after }] of [['chart-image', top] as const, ['web', nested] as const]) {
      expect(setImages(before, { [container]: image })).toBe(after);
      if (back !== undefined) expect(setImages(after, { [container]: back })).toBe(before);
    }
  });

  it('[manifests E8] all seven in one release, at once', () => {
    const values = (tag: string) =>
      [
        `ZZZ: {img: zzz, tag: t${tag}}`,
        `XXX: {image: 'quay.io/xxx/yyy:${tag}'}`,
        `NNN: {image: {registry: nnn.io, repository: nnn:${tag}}}`,
        `HHH: {registry: hhh.io, image: hhh, tag: t${tag}}`,
        `DDD: {image: {repository: ddd, tag: t${tag}}}`,
        `AAA: {image: aaa, tag: t${tag}}`,
        `image: top:${tag}`,
        '',
      ].join('\n');
    const file = (tag: string) => release(values(tag), { 'repository/ZZZ': 'ZZZ.img', 'tag/ZZZ': 'ZZZ.tag' });
    const images = (tag: string) => ({
      'chart-image': `top:${tag}`,
      AAA: `aaa:t${tag}`,
      DDD: `ddd:t${tag}`,
      HHH: `hhh.io/hhh:t${tag}`,
      NNN: `nnn.io/nnn:${tag}`,
      XXX: `quay.io/xxx/yyy:${tag}`,
      ZZZ: `zzz:t${tag}`,
    });
    expect(setImages(file('1'), images('2'))).toBe(file('2'));
    expect(setImages(file('2'), images('1'))).toBe(file('1'));
  });

  it('a key chart-image hides the image at the top, for an edit too (v1 edited the other)', () => {
    const { before, after } = inValues(`
       image: a:1
       chart-image:
      -  image: b:1
      +  image: b:2
    `);
    expect(setImages(before, { 'chart-image': 'b:2' })).toBe(after);
  });

  it('a key that YAML takes for a boolean', () => {
    const { before, after } = inValues(`
       on:
      -  image: a:1
      +  image: a:2
    `);
    expect(setImages(before, { true: 'a:2' })).toBe(after);
  });
});

describe('annotations that say where an image is', () => {
  it.each([
    {
      n: '[manifests E6]',
      what: 'repository and tag',
      paths: { 'repository/x': 'm.img', 'tag/x': 'm.tag' },
      values: `
         m:
           img: localhost:5000/mariadb
        -  tag: 10.1.30-r1 # keep
        +  tag: 10.1.33 # keep
         image: mariadb:10.1.30-r1
      `,
      image: 'localhost:5000/mariadb:10.1.33',
    },
    {
      n: '4.2',
      what: 'repository',
      paths: { 'repository/x': 'a.b.c.d' },
      values: `
        -a: {b: {c: {d: "quay.io/x:1"}}}
        +a: {b: {c: {d: "quay.io/x:2"}}}
      `,
      image: 'quay.io/x:2',
    },
    {
      n: '4.2',
      what: 'registry and repository',
      paths: { 'repository/x': 'img', 'registry/x': 'global.host' },
      values: `
         global: {host: quay.io}
        -img: a/x:1
        +img: a/x:2
      `,
      image: 'quay.io/a/x:2',
    },
    {
      n: '4.2',
      what: 'all three',
      paths: { 'repository/x': 'img', 'registry/x': 'host', 'tag/x': 'version' },
      values: `
        -host: quay.io
        -img: x
        -version: "1"
        +host: r.io
        +img: a/y
        +version: "2"
      `,
      image: 'r.io/a/y:2',
    },
    {
      n: '4.2',
      what: 'an alias in place of what is found under its name',
      paths: { 'repository/web': 'img' },
      values: `
        -img: x:1
        +img: x:2
         web: {image: 'y:1'}
      `,
      container: 'web',
      image: 'x:2',
    },
    {
      n: '4.2',
      what: 'what is found, where the alias leads nowhere',
      paths: { 'repository/web': 'img', 'tag/web': 'none' },
      values: `
         img: x:1
        -web: {image: y:1}
        +web: {image: y:2}
      `,
      container: 'web',
      image: 'y:2',
    },
  ])('$n $what', ({ paths, values, container = 'x', image }) => {
    const { before, after } = inValues(values, paths);
    expect(setImages(before, { [container]: image })).toBe(after);
  });
});

describe('what cannot be done is told with its line', () => {
  const alias = { 'repository/x': 'm.img', 'registry/x': 'm.img.host', 'tag/x': 'm.tag' };
  it.each([
    {
      what: 'no such container',
      values: 'a: {b: {image: c}}\n',
      line: 1,
      message: 'there is no container "x"',
    },
    {
      what: '[manifests E9] an alias for the tag only',
      values: 'm: {tag: v1}\n',
      paths: { 'tag/x': 'm.tag' },
      line: 1,
      message: 'there is no container "x"',
    },
    {
      what: 'paths that lead nowhere, or to no text',
      values: 'm:\n  img: a\n  tag: 1\n',
      paths: alias,
      line: 12,
      message:
        'container "x": the values make no image reference: unable to resolve path(s):\nm.img.host\nm.tag',
    },
    {
      what: 'an empty tag',
      values: 'x: {image: a, tag: ""}\n',
      line: 7,
      message:
        'container "x": the values make no image reference: parsing "a:": expected image name as either <image>:<tag> or just <image>: invalid image ID',
    },
    {
      what: 'a digest beside the tag, which would go on naming the old image',
      values: 'x:\n  image:\n    repository: a\n    tag: v1\n    digest: sha256:aaa\n',
      line: 11,
      message: 'container "x": spec.values.x.image.digest goes on naming the old image',
    },
    {
      what: 'an image without a tag, where the tag has a place of its own',
      values: 'x:\n  image: a\n  tag: v1\n',
      image: 'a',
      line: 8,
      message: 'container "x": a has no tag, and spec.values.x.tag is written on its own',
    },
    {
      what: 'an image without a host, where the registry has a place of its own',
      values: 'x: {image: a, registry: quay.io}\n',
      image: 'a:2',
      line: 7,
      message: 'container "x": a names no registry, and spec.values.x.registry is written on its own',
    },
    {
      what: 'an image that is pinned, and would lose its digest',
      values: 'x: {image: "a:1@sha256:aaa"}\n',
      line: 7,
      message: 'container "x": the image is pinned by a digest, and a:2 comes without one',
    },
    {
      what: 'an image that is none',
      values: 'x: {image: a}\n',
      image: 'a:b:c',
      line: 7,
      message: 'container "x": expected image name as either <image>:<tag> or just <image>: invalid image ID',
    },
    {
      what: 'two tags for one place',
      values: 'a: a\nb: b\ntag: v1\n',
      paths: { 'repository/x': 'a', 'tag/x': 'tag', 'repository/y': 'b', 'tag/y': 'tag' },
      also: { y: 'b:3' },
      line: 14,
      message: 'one value would have to be both 2 and 3',
    },
    {
      what: 'a tag that another image shares through an anchor',
      values: 'x: {image: a, tag: &t v1}\nz: {image: b, tag: *t}\n',
      line: 7,
      message: 'shared through anchor &t: spec.values.z.tag would change too',
    },
  ])('$what', ({ values, paths = {}, image = 'a:2', also = {}, line, message }) => {
    expect(() => setImages(release(values, paths), { x: image, ...also })).toThrow(
      expect.objectContaining({ name: 'EditProblem', line, message }),
    );
  });

  it('a kind that has no images', () => {
    const text = 'kind: Pod\nmetadata: {name: app}\ncontainers: [{name: c, image: x:1}]\n';
    const images = [{ container: 'c', image: 'x:2' }];
    expect(() => editFile(text, [{ document: 1, target: { ...target, kind: 'Pod' }, images }])).toThrow(
      'updating resource kind "Pod" not supported',
    );
  });
});
