import type { ImageUpdate } from '@fluxctl/shared/api/types';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import type { Policies } from '@fluxctl/shared/policy/policies';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import { knownImages } from '../../test/fakes/known-images.ts';
import { calculateImageRelease } from './calculate-image.ts';
import type { Workloads } from './workloads.ts';

const now = new Date('2026-01-10T00:00:00Z');
const unseen = { state: 'unseen' } as const;

interface Given {
  readonly containers: Readonly<Record<string, string>>;
  readonly policies?: Policies;
  readonly running?: boolean;
  readonly error?: string;
  readonly ignore?: string;
}

function workloads(given: Readonly<Record<string, Given>>): Workloads {
  const all = Object.entries(given).map(([name, one]) => ({
    ...one,
    id: parseResourceId(`default:deployment/${name}`),
    containers: Object.entries(one.containers).map(([container, image]) => ({
      name: container,
      image: parseImageRef(image),
    })),
  }));
  return {
    defined: all.map(({ id, containers, policies = {} }) => ({ id, containers, policies })),
    running: new Map(
      all
        .filter(({ running = true }) => running)
        .map(({ id, containers, error, ignore }) => [id, { id, containers, containersError: error, ignore }]),
    ),
  };
}

const [hello, sidecar] = ['quay.io/acme/hello', 'quay.io/acme/sidecar'];
const world = workloads({
  helloworld: { containers: { greeter: `${hello}:master-a000001`, sidecar: `${sidecar}:master-a000001` } },
  locked: { containers: { c: 'quay.io/acme/locked:1' }, policies: { locked: 'true' } },
  semver: { containers: { greeter: `${hello}:master-a000001` }, policies: { 'tag.greeter': 'semver:*' } },
  absent: { containers: { c: `${hello}:master-a000001` }, running: false },
});
const images = knownImages({
  [hello]: { '3.0.0': '2026-01-01', 'master-a000001': '2026-01-02', 'master-a000002': '2026-01-03' },
  [sidecar]: { 'master-a000001': '2026-01-02', 'master-a000002': '2026-01-03' },
  'quay.io/acme/locked': { '1': '2026-01-01', '2': '2026-01-02' },
});

/** `workload: status error updates` for each workload. */
async function release(spec: Partial<ImageUpdate>, from = world, known = images): Promise<string[]> {
  const whole: ImageUpdate = {
    ServiceSpecs: ['<all>'],
    ImageSpec: '<all latest>',
    Kind: 'execute',
    Excludes: null,
    Force: false,
    ...spec,
  };
  const { results, changes } = await calculateImageRelease(whole, from, known, now);
  const successes = Object.keys(results).filter((id) => results[id]?.Status === 'success');
  expect(changes.map(({ id }) => id).sort()).toEqual(successes);
  return Object.entries(results).map(([id, { Status, Error: why, PerContainer }]) => {
    const updates = PerContainer?.map(({ Container, Target }) => `${Container}=${Target.split('/').at(-1)}`);
    return [`${id.split('/')[1]}:`, Status, ...(why ? [why] : []), ...(updates ?? [])].join(' ');
  });
}

const id = (name: string) => `default:deployment/${name}`;
const a2 = `${hello}:master-a000002`;
const both = 'greeter=hello:master-a000002 sidecar=sidecar:master-a000002';

describe('section 8.6', () => {
  it.each([
    {
      n: 'C1',
      spec: { ServiceSpecs: [id('helloworld')] },
      results: [
        'absent: ignored not included',
        `helloworld: success ${both}`,
        'locked: ignored not included',
        'semver: ignored not included',
      ],
    },
    {
      n: 'C2',
      spec: { Excludes: [id('locked')] },
      results: [
        'absent: skipped not accessible in cluster',
        `helloworld: success ${both}`,
        'locked: ignored excluded',
        'semver: success greeter=hello:3.0.0',
      ],
    },
    {
      n: 'C3',
      spec: { ImageSpec: a2 },
      results: [
        'absent: skipped not accessible in cluster',
        'helloworld: success greeter=hello:master-a000002',
        'locked: ignored a different image',
        'semver: skipped cannot find one or more images',
      ],
    },
    {
      n: 'C4',
      spec: {},
      results: [
        'absent: skipped not accessible in cluster',
        `helloworld: success ${both}`,
        'locked: skipped locked',
        'semver: success greeter=hello:3.0.0',
      ],
    },
    {
      n: 'C5',
      spec: { ServiceSpecs: [id('helloworld'), '<all>'] },
      results: [
        'absent: skipped not accessible in cluster',
        `helloworld: success ${both}`,
        'locked: skipped locked',
        'semver: success greeter=hello:3.0.0',
      ],
    },
  ])('[manifests $n]', async ({ spec, results }) => {
    expect(await release(spec)).toEqual(results);
  });

  it.each([
    {
      n: '[manifests C6]',
      spec: { ServiceSpecs: [id('nowhere')] },
      result: 'nowhere: skipped not found in repository',
    },
    {
      n: '[manifests C7] [api 22]',
      spec: { ServiceSpecs: [id('locked')], Force: true },
      result: 'locked: success c=locked:2',
    },
    {
      n: '[manifests C7]',
      spec: { ServiceSpecs: [id('locked')], Force: true, ImageSpec: 'quay.io/acme/locked:2' },
      result: 'locked: success c=locked:2',
    },
    {
      n: '[api 22]',
      spec: { ServiceSpecs: [id('locked')], Kind: 'plan' as const },
      result: 'locked: skipped locked',
    },
    { n: '[manifests C8]', spec: { Force: true }, result: 'locked: skipped locked' },
    {
      n: '[manifests C8]',
      spec: { Force: true, ImageSpec: 'quay.io/acme/locked:2' },
      result: 'locked: skipped locked',
    },
    {
      n: '[manifests C9]',
      spec: { ServiceSpecs: [id('semver')], Force: true, ImageSpec: a2 },
      result: 'semver: success greeter=hello:master-a000002',
    },
    {
      n: '[manifests C9]',
      spec: { Force: true, ImageSpec: a2 },
      result: 'semver: success greeter=hello:master-a000002',
    },
    {
      n: '[manifests C10]',
      spec: { ServiceSpecs: [id('semver')], Force: true },
      result: 'semver: success greeter=hello:3.0.0',
    },
    {
      n: '[manifests C13]',
      spec: { ServiceSpecs: [id('semver')], ImageSpec: a2 },
      result: 'semver: skipped cannot find one or more images',
    },
  ])('$n $spec', async ({ spec, result }) => {
    expect(await release(spec)).toContain(result);
  });

  const one = (containers: Record<string, string>, more: Partial<Given> = {}) =>
    workloads({ w: { containers, ...more } });

  it.each([
    { n: '[manifests C11]', from: one({ c: 'nowhere:1' }), result: 'w: ignored does not use image(s)' },
    { n: '[manifests C12] [api 21]', from: one({ c: a2 }), result: 'w: skipped image(s) up to date' },
    {
      n: 'the last container speaks:',
      from: one({ c: a2, d: 'nowhere:1' }),
      result: 'w: ignored does not use image(s)',
    },
    {
      n: 'without metadata:',
      from: one({ c: 'odd:1' }),
      result: 'w: skipped cannot find one or more images',
    },
    {
      n: 'an image that cannot be read:',
      from: one({}, { error: 'parsing "": blank' }),
      result: 'w: failed parsing "": blank',
    },
    {
      n: 'ignored in the cluster:',
      from: one({ c: 'nowhere:1' }, { ignore: 'true' }),
      result: 'w: skipped ignore',
    },
    {
      n: 'exempt from collection only:',
      from: one({ c: `${hello}:3.0.0` }, { ignore: 'sync_only' }),
      result: 'w: success c=hello:master-a000002',
    },
    {
      n: 'back to an older build:',
      from: one({ c: a2 }, { policies: { 'tag.c': '3*' } }),
      result: 'w: success c=hello:3.0.0',
    },
    {
      n: 'too young, and wanted:',
      from: one({ c: `${hello}:3.0.0` }, { policies: { 'min-age.c': '9999h' } }),
      result: 'w: success c=hello:master-a000002',
    },
    {
      n: 'a digest without a tag:',
      from: one({ c: `${hello}@sha256:abc` }),
      result: expect.stringMatching(/^w: success c=hello:master-a000002@sha256:[0-9a-f]{64}$/),
    },
  ])('$n $result', async ({ from, result }) => {
    const known = {
      imagesOf: (name: Parameters<typeof images.imagesOf>[0]) =>
        name.path === 'odd' ? odd.imagesOf(name) : images.imagesOf(name),
    };
    const odd = knownImages({ odd: { '1': '2026-01-01', '2': unseen } });
    expect(await release({}, from, known)).toEqual([result]);
  });

  it.each([
    { n: 'the newest of everything leaves it out', spec: {}, taken: 'w: skipped image(s) up to date' },
    {
      n: 'a workload by its name gets it',
      spec: { ServiceSpecs: ['default:deployment/w'] },
      taken: 'w: success c=hello:master-a000002',
    },
    {
      n: 'the image by its tag is released',
      spec: { ImageSpec: a2 },
      taken: 'w: success c=hello:master-a000002',
    },
  ])('a held tag: $n', async ({ spec, taken }) => {
    const from = one(
      { c: `${hello}:3.0.0` },
      { policies: { 'tag.c': '*0*', 'hold.c': 'master-a000002,master-a000001' } },
    );
    expect(await release(spec, from)).toEqual([taken]);
  });

  it('[manifests C15] an init container of a DaemonSet is one more container', async () => {
    const from = workloads({ w: { containers: { main: a2, init: `${sidecar}:master-a000001` } } });
    expect(await release({}, from)).toEqual(['w: success init=sidecar:master-a000002']);
  });

  it('[manifests C14] refuses an image that nobody knows', async () => {
    for (const image of [`${hello}:nope`, 'nowhere:1']) {
      await expect(release({ ImageSpec: image })).rejects.toThrow(
        `image "${image}" does not exist: invalid image ID`,
      );
    }
  });

  it('a release by hand of latest needs the pattern latest', async () => {
    const latest = knownImages({ x: { '1': '2026-01-01', latest: '2026-01-02' } });
    const from = (policies: Policies) => workloads({ w: { containers: { c: 'x:1' }, policies } });
    expect(await release({ ImageSpec: 'x:latest' }, from({}), latest)).toEqual([
      'w: skipped cannot find one or more images',
    ]);
    expect(await release({ ImageSpec: 'x:latest' }, from({ 'tag.c': 'latest' }), latest)).toEqual([
      'w: success c=x:latest',
    ]);
  });
});

it('tells which tags to ask the registry for', async () => {
  const odd = knownImages({ odd: { '1': '2026-01-01', '2': unseen } });
  const spec = {
    ServiceSpecs: [],
    ImageSpec: '<all latest>',
    Kind: 'plan',
    Excludes: null,
    Force: false,
  } as const;
  const { lacking } = await calculateImageRelease(
    spec,
    workloads({ w: { containers: { c: 'odd:1' } } }),
    odd,
    now,
  );
  expect(lacking).toEqual([{ name: parseImageRef('odd:1'), tags: ['2'] }]);
});

it('lets others have their turns, as there may be very many tags', async () => {
  const tags = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`1.${n}`, '2026-01-01']));
  const many = knownImages({ many: tags });
  const policies = { 'tag.c': 'semver:~1' };
  const given = Array.from({ length: 50 }, (_, n) => [`w${n}`, { containers: { c: 'many:1.0' }, policies }]);
  let turns = 0;
  const others = setInterval(() => {
    turns += 1;
  });
  const results = await release({}, workloads(Object.fromEntries(given)), many);
  clearInterval(others);
  expect(results).toHaveLength(50);
  expect(turns).toBeGreaterThan(0);
});
