import type { ImageStatus, WorkloadDetail, WorkloadExplanation } from '@fluxctl/shared/api/types';
import { canonicalName, type ImageName } from '@fluxctl/shared/images/image-ref';
import { parseFreeze } from '@fluxctl/shared/policy/freeze';
import { parseTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ApiPorts } from '../src/http/api-ports.ts';
import type { RepositoryStatus } from '../src/registry/image-registry.ts';
import { type ApiWorld, startApi } from './fakes/api.ts';
import { type Known, knownImages } from './fakes/known-images.ts';
import { object } from './fakes/world.ts';

type Policies = Readonly<Record<string, string>>;

function deployment(name: string, images: Readonly<Record<string, string>>, policies: Policies = {}) {
  const annotations = Object.fromEntries(
    Object.entries(policies).map(([policy, value]) => [`fluxcd.io/${policy}`, value]),
  );
  const containers = Object.entries(images).map(([container, image]) => ({ name: container, image }));
  return object('Deployment', name, { annotations, spec: { template: { spec: { containers } } } });
}

async function startWithImages(
  manifests: Readonly<Record<string, ReturnType<typeof deployment>>>,
  repositories: Readonly<Record<string, Readonly<Record<string, Known>>>>,
  more: Partial<ApiPorts> = {},
): Promise<ApiWorld> {
  const images = { ...knownImages(repositories), scanNext: () => true, status: () => [] };
  const api = await startApi({}, undefined, { images, scanning: true, ...more });
  const head = api.world.repository.commit(manifests);
  api.world.repository.refreshed();
  await vi.waitFor(() => expect(api.world.repository.tags.get('flux-sync')).toBe(head));
  return api;
}

const images = async (api: ApiWorld, query: string) =>
  (await api.ask(`/v10/images?${query}`)).json() as readonly ImageStatus[];
const explain = async (api: ApiWorld, name: string) =>
  (await api.ask(`/v12/explain?workload=default:deployment/${name}`)).json() as WorkloadExplanation;

describe('images over the API', () => {
  let api: ApiWorld;
  const hello = 'service=default%3Adeployment%2Fhelloworld';
  beforeAll(async () => {
    api = await startWithImages(
      {
        'hello.yaml': deployment('helloworld', { greeter: 'quay.io/acme/hello:master-a000001' }),
        'latest.yaml': deployment('latest', { c: 'only/latest:latest' }),
        'semver.yaml': deployment('semver', { app: 'acme/app:1.0.0' }, { 'tag.app': 'semver:*' }),
        'none.yaml': deployment('none', {}),
        'unknown.yaml': deployment('unknown', { c: 'not/scanned:1' }),
      },
      {
        'quay.io/acme/hello': {
          '3': '2022-08-01',
          'master-a000001': '2022-08-02',
          '2': '2022-08-03',
        },
        'only/latest': { latest: '2022-08-01' },
        'acme/app': {
          '1.0.0': '2022-08-03',
          '1.2.3': '2022-08-01',
          '0.9.0': '2022-08-02',
          foo: '2022-08-04',
        },
      },
    );
  });
  afterAll(() => api[Symbol.asyncDispose]());

  it('[api 8] lists all workloads with all fields', async () => {
    const all = await images(api, 'containerFields=&namespace=&service=%3Call%3E');
    expect(all.map(({ ID }) => ID).toSorted()).toEqual(
      ['helloworld', 'latest', 'none', 'semver', 'unknown'].map((name) => `default:deployment/${name}`),
    );
    expect(Object.keys(all.find(({ ID }) => ID.endsWith('/semver'))?.Containers?.[0] ?? {})).toEqual([
      'Name',
      'Current',
      'LatestFiltered',
      'Available',
      'AvailableImagesCount',
      'NewAvailableImagesCount',
      'FilteredImagesCount',
      'NewFilteredImagesCount',
    ]);
    expect(all.find(({ ID }) => ID.endsWith('/none'))).toEqual({
      ID: 'default:deployment/none',
      Containers: null,
    });
    expect((await api.ask('/v6/images')).json()).toEqual(all);
  });

  it('[api 9] tells the fields that are asked for, and two that always come', async () => {
    const query = 'service=%3Call%3E&containerFields=Name,Current,NewAvailableImagesCount';
    const [, container] = (await images(api, query)).flatMap(({ Containers }) => Containers ?? []);
    expect(container).toEqual({
      Name: 'c',
      Current: expect.objectContaining({ ID: 'only/latest:latest' }),
      LatestFiltered: { ID: '', Labels: {} },
    });
    const [one] = (await images(api, `${hello}&containerFields=Name,NewAvailableImagesCount`))[0]
      ?.Containers ?? [undefined];
    expect(one).toEqual({
      Current: { ID: '', Labels: {} },
      LatestFiltered: { ID: '', Labels: {} },
      Name: 'greeter',
      NewAvailableImagesCount: 1,
    });
  });

  it('[api 10] refuses a field that there is not, where there is something to tell', async () => {
    const answer = await api.ask(`/v10/images?${hello}&containerFields=InvalidField`);
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({ error: 'InvalidField is an invalid field' });
    const nothing = '/v10/images?service=default:deployment/none&containerFields=InvalidField';
    expect((await api.ask(nothing)).status).toBe(200);
  });

  it('[api 11] refuses a namespace beside a workload', async () => {
    const answer = await api.ask(`/v10/images?${hello}&namespace=default`);
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      error: "cannot filter by 'namespace' and 'workload' at the same time",
    });
  });

  it('[api 12] orders by build time without a policy, and counts what is newer', async () => {
    const [status] = await images(api, hello);
    const [container] = status?.Containers ?? [];
    expect(container?.Available?.map(({ ID }) => ID)).toEqual(
      ['2', 'master-a000001', '3'].map((tag) => `quay.io/acme/hello:${tag}`),
    );
    expect(container).toMatchObject({
      LatestFiltered: { ID: 'quay.io/acme/hello:2', CreatedAt: '2022-08-03T00:00:00Z' },
      AvailableImagesCount: 3,
      NewAvailableImagesCount: 1,
      FilteredImagesCount: 3,
      NewFilteredImagesCount: 1,
    });
  });

  it('[api 13] shows `latest`, and takes it for nothing', async () => {
    const [status] = await images(api, 'service=default:deployment/latest');
    expect(status?.Containers?.[0]).toMatchObject({
      AvailableImagesCount: 1,
      LatestFiltered: { ID: '' },
    });
    expect(status?.Containers?.[0]).not.toHaveProperty('FilteredImagesCount');
  });

  it('[api 14] orders by version where the policy does', async () => {
    const [status] = await images(api, 'service=default:deployment/semver');
    const [container] = status?.Containers ?? [];
    expect(container?.Available?.map(({ ID }) => ID)).toEqual(
      ['1.2.3', '1.0.0', '0.9.0', 'foo'].map((tag) => `acme/app:${tag}`),
    );
    expect(container).toMatchObject({
      LatestFiltered: { ID: 'acme/app:1.2.3' },
      AvailableImagesCount: 4,
      NewAvailableImagesCount: 1,
      FilteredImagesCount: 3,
      NewFilteredImagesCount: 1,
    });
  });

  it('says that it knows nothing of an image yet, and keeps its name', async () => {
    const [status] = await images(api, 'service=default:deployment/unknown');
    expect(status?.Containers).toEqual([
      {
        Name: 'c',
        Current: { ID: 'not/scanned:1', Labels: {} },
        LatestFiltered: { ID: '', Labels: {} },
        AvailableError: 'image data not available',
      },
    ]);
  });

  it('answers null for nothing, and refuses a bad id', async () => {
    expect((await api.ask('/v10/images?service=default:deployment/gone')).text).toBe('null');
    expect((await api.ask('/v10/images?namespace=nowhere')).text).toBe('null');
    expect(await api.ask('/v10/images?service=bad', { headers: {} })).toMatchObject({
      status: 400,
      text: 'parsing service spec "bad": invalid workload spec: parsing bad: invalid service ID',
    });
  });

  it('tells what automation would write, by the whole name', async () => {
    const details = (await api.ask('/v12/workloads?namespace=default')).json() as WorkloadDetail[];
    expect(details.find(({ id }) => id.endsWith('/semver'))).toEqual({
      id: 'default:deployment/semver',
      updates: [{ Container: 'app', Current: 'acme/app:1.0.0', Target: 'acme/app:1.2.3' }],
      rollout: null,
      error: '',
    });
    expect(details.find(({ id }) => id.endsWith('/latest'))?.updates).toEqual([]);
  });
});

describe('GET /v12/registry', () => {
  it('tells each scan, with its error, what to do about it, and the quota', async () => {
    const at = (time: string) => parseTimestamp(time) ?? zeroTime;
    const status: RepositoryStatus[] = [
      {
        repository: 'index.docker.io/library/alpine',
        lastScan: at('2026-01-01T10:00:00Z'),
        nextScan: at('2026-01-01T10:01:00Z'),
        tags: 3,
        images: 2,
        error: '',
        help: '',
        quota: { limit: 100, remaining: 98, window: 21_600 },
      },
      {
        repository: 'quay.io/x/private',
        lastScan: zeroTime,
        nextScan: at('2026-01-01T10:01:00Z'),
        tags: 0,
        images: 0,
        error: 'quay.io does not let us read x/private',
        help: 'Give the pods an imagePullSecret.',
        quota: undefined,
      },
    ];
    const known = { ...knownImages({}), scanNext: () => true, status: () => status };
    await using api = await startApi({}, undefined, { images: known, scanning: true });
    expect((await api.ask('/v12/registry')).json()).toEqual({
      scanning: true,
      repositories: [
        {
          repository: 'index.docker.io/library/alpine',
          lastScan: '2026-01-01T10:00:00Z',
          nextScan: '2026-01-01T10:01:00Z',
          tags: 3,
          images: 2,
          error: '',
          help: '',
          quota: { limit: 100, remaining: 98, window: 21_600 },
        },
        {
          repository: 'quay.io/x/private',
          lastScan: '',
          nextScan: '2026-01-01T10:01:00Z',
          tags: 0,
          images: 0,
          error: 'quay.io does not let us read x/private',
          help: 'Give the pods an imagePullSecret.',
          quota: null,
        },
      ],
    });
  });

  it('says that nothing is scanned', async () => {
    await using api = await startApi();
    expect((await api.ask('/v12/registry')).json()).toEqual({ scanning: false, repositories: [] });
  });
});

describe('POST /v11/notify of an image', () => {
  it('[api 40] has that repository scanned next, whatever the case of its keys', async () => {
    const asked: string[] = [];
    const scanNext = (name: ImageName): boolean => asked.push(canonicalName(name)) > 0;
    await using api = await startApi({}, undefined, {
      images: { ...knownImages({}), scanNext, status: () => [] },
    });
    const notify = (body: unknown) => api.ask('/v11/notify', { method: 'POST', body: JSON.stringify(body) });
    const image = { Domain: 'docker.io', Image: 'fluxcd/flux' };
    expect((await notify({ Kind: 'image', Source: { Name: image } })).status).toBe(202);
    const lower = { domain: 'quay.io', image: 'x/y' };
    expect((await notify({ kind: 'image', source: { name: lower } })).status).toBe(202);
    expect(asked).toEqual(['index.docker.io/fluxcd/flux', 'quay.io/x/y']);
    expect((await notify({ Kind: 'image', Source: { Name: 'fluxcd/flux' } })).status).toBe(400);
  });
});

describe('GET /v12/explain', () => {
  const built = { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02', '1.2.0': '2026-01-03' };
  const automated = { automated: 'true', 'tag.app': 'semver:~1.0' };
  const app = (name: string, policies: Policies, image = 'acme/app:1.0.0') => ({
    [`${name}.yaml`]: deployment(name, { app: image }, policies),
  });
  let api: ApiWorld;
  beforeAll(async () => {
    api = await startWithImages(
      {
        ...app('plain', {}),
        ...app('patch', automated),
        ...app('any', { automated: 'true' }),
        ...app('locked', { ...automated, locked: 'true', locked_user: 'Ann', locked_msg: 'wait' }),
        ...app('frozen', { ...automated, freeze: '00:00-23:59' }),
        ...app('held', { automated: 'true', 'tag.app': 'semver:*', 'hold.app': '1.2.0' }),
        ...app('young', { automated: 'true', 'tag.app': 'semver:*', 'min-age.app': '36h' }),
        ...app('excluded', { automated: 'true', 'tag.app': 'semver:*' }, 'acme/windows:1.0.0'),
        ...app('faceless', { automated: 'true' }, 'acme/unseen:1.0.0'),
        ...app('private', automated, 'acme/private:1.0.0'),
        ...app('pinned', { automated: 'true' }, `acme/app@sha256:${'a'.repeat(64)}`),
        ...app('nonsense', { automated: 'true', 'tag.app': 'semver:newest please' }),
      },
      {
        'acme/app': built,
        'acme/windows': { '1.0.0': '2026-01-01', '2.0.0': { excluded: 'no suitable manifest' } },
        'acme/unseen': { '1.0.0': '2026-01-01', new: { state: 'unseen' }, gone: { state: 'missing' } },
      },
      { now: () => new Date('2026-01-04T00:00:00Z') },
    );
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const verdicts = ({ containers }: WorkloadExplanation) =>
    containers[0]?.candidates.map(({ tag, verdict, reason }) => [tag, verdict, reason]);

  it('names the pattern, and for each tag why it is taken or passed over', async () => {
    const patch = await explain(api, 'patch');
    expect(patch).toMatchObject({ policies: automated, obstacles: [] });
    expect(patch.containers).toMatchObject([
      { name: 'app', image: 'acme/app:1.0.0', pattern: 'semver:~1.0', order: 'semver', next: '' },
    ]);
    expect(verdicts(patch)).toEqual([
      ['1.2.0', 'no-match', ''],
      ['1.1.0', 'no-match', ''],
      ['1.0.0', 'current', ''],
    ]);
    const any = await explain(api, 'any');
    expect(any.containers[0]).toMatchObject({ pattern: 'glob:*', order: 'created', next: '1.2.0' });
    expect(verdicts(any)).toEqual([
      ['1.2.0', 'taken', ''],
      ['1.1.0', 'older', 'than 1.2.0'],
      ['1.0.0', 'current', ''],
    ]);
  });

  it.each([
    { name: 'plain', kind: 'not-automated', reason: 'it is not automated' },
    { name: 'locked', kind: 'locked', reason: 'locked by Ann: wait' },
    {
      name: 'frozen',
      kind: 'frozen',
      reason: 'frozen until 2026-01-04T23:59:00Z by 00:00-23:59',
    },
  ])(
    'says of a whole workload that it is $kind, and what would change it',
    async ({ name, kind, reason }) => {
      const { obstacles, containers } = await explain(api, name);
      expect(obstacles).toEqual([{ kind, reason, remedy: expect.stringMatching(/fluxctl/) }]);
      expect(containers[0]?.next).toBe('');
    },
  );

  it('knows the freeze of the whole daemon', async () => {
    await using frozen = await startWithImages(
      app('patch', automated),
      { 'acme/app': built },
      { freeze: parseFreeze('Sat 00:00-Mon 00:00'), now: () => new Date('2026-01-04T00:00:00Z') },
    );
    expect((await explain(frozen, 'patch')).obstacles).toMatchObject([
      {
        kind: 'frozen',
        reason: 'frozen until 2026-01-05T00:00:00Z by Sat 00:00-Mon 00:00 (--automation-freeze)',
      },
    ]);
  });

  it.each([
    { name: 'held', expected: ['1.2.0', 'held', 'by the annotation fluxcd.io/hold.app'], next: '1.1.0' },
    { name: 'young', expected: ['1.2.0', 'too-young', 'until 2026-01-04T12:00:00Z'], next: '1.1.0' },
    { name: 'excluded', expected: ['2.0.0', 'excluded', 'no suitable manifest'], next: '' },
    { name: 'faceless', expected: ['new', 'no-metadata', 'not fetched yet'], next: '' },
    {
      name: 'faceless',
      expected: ['gone', 'no-metadata', 'the registry lists the tag, but has no image for it'],
      next: '',
    },
  ])('says why $name passes over $expected', async ({ name, expected, next }) => {
    const explanation = await explain(api, name);
    expect(verdicts(explanation)).toContainEqual(expected);
    expect(explanation.containers[0]?.next).toBe(next);
  });

  it.each([
    { name: 'private', kind: 'not-scanned', reason: 'item not in cache' },
    { name: 'pinned', kind: 'pinned', reason: 'image is pinned by its digest alone' },
    {
      name: 'nonsense',
      kind: 'bad-policy',
      reason: '"newest please" is not a range of versions; no tag counts as matching',
    },
  ])('says what stands against a container: $kind', async ({ name, kind, reason }) => {
    const { containers } = await explain(api, name);
    expect(containers[0]?.obstacles).toEqual([{ kind, reason, remedy: expect.stringMatching(/\S/) }]);
  });

  it('says that git does not define a workload, or that there is none', async () => {
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'foreign', namespace: 'default' };
    api.world.cluster.edit(ref, () => deployment('foreign', { app: 'acme/app:1.0.0' }));
    expect((await explain(api, 'foreign')).obstacles).toMatchObject([{ kind: 'not-in-git' }]);
    const missing = await api.ask('/v12/explain?workload=default:deployment/nobody');
    expect(missing.status).toBe(404);
    expect(missing.json()).toMatchObject({
      error: 'unknown workload "default:deployment/nobody"',
      help: expect.stringContaining('fluxctl list-workloads'),
    });
  });

  it('says that the daemon does not write, while git is away too', async () => {
    await using readonly = await startApi({ readonly: true }, undefined, {
      images: { ...knownImages({ 'acme/app': built }), scanNext: () => true, status: () => [] },
    });
    const { repository } = readonly.world;
    const head = repository.commit(app('any', { automated: 'true' }));
    repository.refreshed();
    await vi.waitFor(() => expect(repository.tags.get('flux-sync')).toBe(head));
    expect((await explain(readonly, 'any')).obstacles).toMatchObject([{ kind: 'read-only' }]);
    repository.setStatus({ state: 'new', error: 'away' });
    expect((await explain(readonly, 'any')).obstacles).toMatchObject([{ kind: 'read-only' }]);
  });
});
