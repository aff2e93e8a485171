import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import { calculateAutoRelease } from './calculate-auto.ts';
import { calculateContainersRelease } from './calculate-containers.ts';
import { decodeAutoSpec, decodeContainersSpec, decodeImageSpec } from './release-spec.ts';
import type { Workloads } from './workloads.ts';

const id = parseResourceId('default:deployment/helloworld');
const other = parseResourceId('default:deployment/other');
const running = [
  { name: 'greeter', image: parseImageRef('hello:1') },
  { name: 'sidecar', image: parseImageRef('side:1') },
];

function world(policies = {}): Workloads {
  return {
    defined: [
      { id, policies },
      { id: other, policies: {} },
    ],
    running: new Map([[id, { id, containers: running, containersError: undefined, ignore: undefined }]]),
  };
}

describe('containers', () => {
  const wish = (Container: string, Current: string | undefined, Target: string) => ({
    Container,
    ...(Current === undefined ? {} : { Current }),
    Target,
  });
  const release = (wishes: readonly object[], more: object = {}, workloads = world()) =>
    calculateContainersRelease(
      decodeContainersSpec({ Kind: 'execute', ContainerSpecs: { [id]: wishes }, ...more }),
      workloads,
    );
  const mismatch = [wish('greeter', 'hello:0', 'hello:2'), wish('sidecar', 'side:1', 'side:2')];

  it('[manifests C16] passes over mismatches where that is wanted, and says so', () => {
    const { results, changes } = release(mismatch, { SkipMismatches: true });
    expect(results).toEqual({
      [id]: {
        Status: 'success',
        Error: 'container(s) tag mismatch: greeter',
        PerContainer: [{ Container: 'sidecar', Current: 'side:1', Target: 'side:2' }],
      },
      [other]: { Status: 'ignored', Error: 'not included', PerContainer: null },
    });
    expect(changes).toHaveLength(1);
  });

  it.each([
    {
      n: '[manifests C17] [api 23]',
      wishes: mismatch,
      more: {},
      error: 'cannot satisfy specs',
      help: 'greeter runs hello:1, where hello:0 was expected',
    },
    {
      n: '[manifests C17]',
      wishes: [wish('nope', 'x:1', 'x:2')],
      more: { SkipMismatches: true },
      error: 'cannot satisfy specs',
      help: 'container(s) not found: nope',
    },
    {
      n: '[manifests C18]',
      wishes: [wish('greeter', 'hello:1', 'hello:1')],
      more: {},
      error: 'no changes found',
      help: 'image(s) up to date',
    },
    {
      n: '[manifests C18]',
      wishes: [wish('greeter', 'hello:1', 'hello:2')],
      more: {},
      policies: { locked: 'true' },
      error: 'no changes found',
      help: 'locked',
    },
    {
      n: 'all mismatched:',
      wishes: [wish('greeter', 'hello:0', 'hello:2')],
      more: { SkipMismatches: true },
      error: 'no changes found',
      help: 'container(s) tag mismatch: greeter',
    },
  ])('$n $error, as $help', ({ wishes, more, policies, error, help }) => {
    const { refusal, results } = release(wishes, more, world(policies));
    expect(refusal).toMatchObject({ message: error, help: expect.stringContaining(help) });
    expect(results[id]?.Status).toMatch(/failed|skipped/);
  });

  it('[manifests 5.3] force passes locks, and without Current anything is replaced', () => {
    const { results } = release(
      [wish('greeter', undefined, 'hello:2')],
      { Force: true },
      world({ locked: 'true' }),
    );
    expect(results[id]?.Status).toBe('success');
  });

  it('[api 24] refuses a Current that is empty', () => {
    expect(() => release([wish('greeter', '', 'hello:2')])).toThrow('invalid image ID');
    expect(() => release([{ Container: 'greeter', Current: null, Target: 'hello:2' }])).toThrow(
      '"Current" must be an image',
    );
  });
});

describe('auto', () => {
  const change = (workload: string, container: string, image: string) => ({
    WorkloadID: workload,
    Container: { Name: container, Image: 'hello:1' },
    ImageID: image,
  });
  const inGit = (image: string) => new Map([[id, [{ name: 'greeter', image: parseImageRef(image) }]]]);
  const release = (changes: readonly object[], workloads = world(), git = inGit('hello:1')) =>
    calculateAutoRelease(decodeAutoSpec({ Changes: changes }), workloads, git).results[id];
  const targets = (result: ReturnType<typeof release>) => result?.PerContainer?.map(({ Target }) => Target);

  it('[manifests A1] changes what git holds', () => {
    expect(release([change(id, 'greeter', 'hello:2')])).toEqual({
      Status: 'success',
      PerContainer: [{ Container: 'greeter', Current: 'hello:1', Target: 'hello:2' }],
    });
  });

  it.each([
    {
      image: 'docker.io/library/hello:1',
      to: ['docker.io/library/hello:2'],
      because: 'the name stays as git spells it',
    },
    { image: 'hello:2', to: undefined, because: 'git has it already' },
    { image: 'hello:2@sha256:abc', to: undefined, because: 'a digest does not count' },
    { image: 'another/hello:1', to: undefined, because: 'git has moved to another repository' },
  ])('[manifests 5.4] $image: $because', ({ image, to }) => {
    expect(targets(release([change(id, 'greeter', 'hello:2')], world(), inGit(image)))).toEqual(to);
  });

  it('[daemon 14] looks at locks again, and at what git defines', () => {
    expect(release([change(id, 'greeter', 'hello:2')], world({ locked: 'true' }))?.Error).toBe('locked');
    const spec = decodeAutoSpec({
      Changes: [change('default:deployment/gone', 'c', 'hello:2'), change(other, 'c', 'hello:2')],
    });
    const { results } = calculateAutoRelease(spec, world(), inGit('hello:1'));
    expect(Object.values(results).map(({ Error: why }) => why)).toEqual([
      'not found in repository',
      'not included',
      'not accessible in cluster',
    ]);
  });
});

it('[api 18] reads a spec in whatever case', () => {
  const spec = { serviceSpecs: ['<all>'], imageSpec: 'x:1', kind: 'plan', force: true };
  expect(decodeImageSpec(spec)).toEqual({
    ServiceSpecs: ['<all>'],
    ImageSpec: 'x:1',
    Kind: 'plan',
    Excludes: null,
    Force: true,
  });
});

it.each([
  ['execute', 'execute'],
  ['plan', 'plan'],
  ['zork', 'plan'],
  [undefined, 'plan'],
])('[api 2.5] a release of kind %s is to %s', (Kind, kind) => {
  expect(decodeImageSpec({ Kind }).Kind).toBe(kind);
  expect(decodeContainersSpec({ Kind }).Kind).toBe(kind);
});
