import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, type ApiWorld, startApi } from './fakes/api.ts';
import { object } from './fakes/world.ts';

const deployment = object('Deployment', 'helloworld', {
  annotations: { 'fluxcd.io/automated': 'true', 'fluxcd.io/tag.greeter': 'glob:master-*' },
});

const json = 'application/json; charset=utf-8';
const plain = 'text/plain; charset=utf-8';

function expectNotFound(answer: Answer, path: string): void {
  expect(answer.status).toBe(404);
  expect(answer.type).toBe(json);
  const body = answer.json() as { type: string; help: string; error: string };
  expect(body).toMatchObject({ type: 'missing', error: 'API endpoint not found' });
  expect(body.help).toContain(`    ${path}`);
}

describe('the API', () => {
  let api: ApiWorld;
  let head: string;

  beforeAll(async () => {
    api = await startApi();
    head = api.world.repository.commit({ 'hello.yaml': deployment });
    api.world.repository.refreshed();
    await vi.waitFor(() => expect(api.world.repository.tags.get('flux-sync')).toBe(head));
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const post = (
    path: string,
    body: unknown,
    headers: Record<string, string> = { accept: 'application/json' },
  ) =>
    api.ask(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });

  it('[api 1] ping', async () => {
    expect(await api.ask('/v11/ping')).toMatchObject({ status: 204, text: '' });
  });

  it('[api 2] version', async () => {
    expect(await api.ask('/v11/version')).toMatchObject({ status: 200, type: json, text: '"0.1.0"' });
  });

  it('[api 3] lists workloads byte for byte', async () => {
    const { text } = await api.ask('/v6/services?namespace=default');
    expect(text).toBe(
      '[{"ID":"default:deployment/helloworld","Containers":[{"Name":"c","Current":{"ID":"quay.io/acme/hello:1","Labels":{}},"LatestFiltered":{"ID":"","Labels":{}}}],"ReadOnly":"","Status":"ready","Rollout":{"Desired":1,"Updated":1,"Ready":1,"Available":1,"Outdated":0,"Messages":null},"SyncError":"","Antecedent":"","Labels":null,"Automated":true,"Locked":false,"Ignore":false,"Policies":{"automated":"true","tag.greeter":"glob:master-*"}}]',
    );
  });

  it.each([
    '/v6/services?namespace=nosuch',
    '/v11/services?services=default:deployment/missing',
    '/v11/services?services=default/legacy',
  ])('[api 4] answers null for nothing: %s', async (path) => {
    expect(await api.ask(path)).toMatchObject({ status: 200, text: 'null' });
  });

  it('[api 5] lists one workload', async () => {
    const answer = await api.ask('/v11/services?namespace=&services=default%3Adeployment%2Fhelloworld');
    expect(answer.json()).toHaveLength(1);
  });

  it('[api 6] [daemon 46] refuses namespace and workloads together', async () => {
    const answer = await api.ask('/v11/services?namespace=foo&services=default:deployment/helloworld');
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      type: 'user',
      error: "cannot filter by 'namespace' and 'workloads' at the same time",
    });
  });

  it('[api 7] refuses a bad id', async () => {
    const answer = await api.ask('/v11/services?services=bad', { headers: {} });
    expect(answer).toMatchObject({
      status: 400,
      type: plain,
      text: 'parsing service spec "bad": parsing bad: invalid service ID',
    });
    expect((await api.ask('/v11/services?services=bad')).json()).toMatchObject({ type: 'user' });
  });

  it('[api 15] [daemon 5] takes a sync without a content type, and its job names the head', async () => {
    const answer = await post('/v9/update-manifests', {
      type: 'sync',
      cause: { Message: '', User: '' },
      spec: {},
    });
    expect(answer).toMatchObject({ status: 200, type: json });
    expect(answer.text).toMatch(/^"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"$/);
    const id = answer.json() as string;
    await vi.waitFor(async () => {
      const { text } = await api.ask(`/v6/jobs?id=${id}`);
      expect(text).toBe(`{"Result":{"revision":"${head}"},"Err":"","StatusString":"succeeded"}`);
    });
    await vi.waitFor(async () => {
      const { sources } = (await api.ask('/v12/status')).json() as { sources: { answeredJobs: string[] }[] };
      expect(sources[0]?.answeredJobs).toContain(id);
    });
  });

  it('[api 16] refuses an update without its spec', async () => {
    expect((await post('/v9/update-manifests', { type: 'sync' })).status).toBe(400);
  });

  it('[api 17] refuses an unknown type', async () => {
    const answer = await post('/v9/update-manifests', { type: 'zork', spec: {} }, {});
    expect(answer).toMatchObject({ status: 400, text: 'unknown spec type: zork' });
  });

  it('[api 28] refuses auto, which the daemon alone makes', async () => {
    const answer = await post('/v9/update-manifests', { Type: 'auto', Spec: {} });
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({ type: 'user', error: 'unknown update type "auto"' });
  });

  it.each([
    [{ type: 'image', spec: { ServiceSpecs: 5 } }, '"ServiceSpecs" must be a list'],
    [{ type: 'containers', spec: { ContainerSpecs: { bad: [] } } }, 'parsing bad: invalid service ID'],
    [{ type: 'policy', spec: { bad: {} } }, 'parsing bad: invalid service ID'],
    [
      { type: 'policy', spec: { 'a:b/c': { add: { locked: 1 } } } },
      'the value of policy locked must be a string',
    ],
  ])('refuses at once what it cannot read: %j', async (body, text) => {
    expect(await post('/v9/update-manifests', body, {})).toMatchObject({ status: 400, text });
  });

  it('[api 29] does not know a job', async () => {
    const answer = await api.ask('/v6/jobs?id=nosuch');
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ type: 'missing', error: 'unknown job "nosuch"' });
  });

  it('[api 31] [api 32] [daemon 43] finds a job again by its note', async () => {
    const spec = { type: 'policy', cause: { Message: '', User: 'u' }, spec: {} };
    api.world.repository.noteTexts.set(head as never, JSON.stringify({ jobID: 'old', spec, result: null }));
    expect((await api.ask('/v6/jobs?id=old')).json()).toEqual({
      Result: { revision: head, spec },
      Err: '',
      StatusString: 'succeeded',
    });
  });

  it.each([
    [
      '?service=%3Call%3E&image=a&kind=execute',
      'parsing image spec "a": blank tag (if you want latest, explicitly state the tag :latest): invalid image ID',
    ],
    ['?service=%3Call%3E&image=a:b&kind=zork', 'parsing release kind "zork": invalid release kind'],
    [
      '?service=bad&image=a:b&kind=plan',
      'parsing service spec "bad": invalid workload spec: parsing bad: invalid service ID',
    ],
    [
      '?service=a:b/c&image=a:b&kind=plan&exclude=a:b/c&exclude=bad',
      'parsing excluded service "bad": parsing bad: invalid service ID',
    ],
  ])('[api 43] refuses the legacy release %s', async (query, text) => {
    expect(await post(`/v6/update-images${query}`, '', {})).toMatchObject({ status: 400, text });
  });

  it.each(['service', 'image', 'kind'])('[api 43] misses the required key %s', async (key) => {
    const query = new URLSearchParams({ service: '<all>', image: 'a:b', kind: 'execute' });
    query.delete(key);
    expectNotFound(await post(`/v6/update-images?${query}`, ''), '/v6/update-images');
  });

  it('[api 43] takes a release as Flux v1 once did, all in the query', async () => {
    const query =
      'service=default:deployment/a&service=%3Call%3E&image=%3Call%20latest%3E&kind=execute&exclude=x:y/z&user=u&message=m';
    const answer = await post(`/v6/update-images?${query}`, '');
    expect(answer).toMatchObject({ status: 200, type: json });
    await vi.waitFor(async () => {
      const status = (await api.ask(`/v6/jobs?id=${answer.json()}`)).json();
      expect(status).toMatchObject({
        StatusString: 'failed',
        Err: 'no changes made in repo',
        Result: {
          spec: {
            type: 'image',
            cause: { Message: 'm', User: 'u' },
            spec: {
              ServiceSpecs: ['default:deployment/a', '<all>'],
              ImageSpec: '<all latest>',
              Kind: 'execute',
              Excludes: ['x:y/z'],
              Force: false,
            },
          },
        },
      });
    });
  });

  it('[api 44] takes policies as Flux v1 once did: the body is the spec alone', async () => {
    const answer = await api.ask('/v6/policies?user=u&message=m', {
      method: 'PATCH',
      body: JSON.stringify({ 'default:deployment/nosuch': { add: ['locked'], remove: {} } }),
    });
    expect(answer).toMatchObject({ status: 200, type: json });
    await vi.waitFor(async () => {
      expect((await api.ask(`/v6/jobs?id=${answer.json()}`)).text).toBe(
        '{"Result":{"spec":{"type":"policy","cause":{"Message":"m","User":"u"},' +
          '"spec":{"default:deployment/nosuch":{"add":{"locked":"true"},"remove":{}}}},' +
          '"result":{"default:deployment/nosuch":{"Status":"skipped",' +
          '"Error":"resource default:deployment/nosuch not found","PerContainer":null}}},' +
          '"Err":"","StatusString":"succeeded"}',
      );
    });
  });

  it('[api 3.1] does not call a job unknown while its note cannot be read', async () => {
    await using other = await startApi();
    other.world.repository.setStatus({ state: 'new', error: 'gone' });
    const answer = await other.ask('/v6/jobs?id=nosuch');
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({ error: 'enumerating commit notes: git repo not ready: gone' });
    other.world.repository.setStatus({ state: 'unconfigured', error: '' });
    expect((await other.ask('/v6/jobs?id=nosuch')).status).toBe(404);
  });

  it('[api 30] misses a required key', async () => {
    expectNotFound(await api.ask('/v6/jobs'), '/v6/jobs');
    expectNotFound(await api.ask('/v6/sync'), '/v6/sync');
  });

  it('[api 33] is empty when all is applied', async () => {
    expect((await api.ask(`/v6/sync?ref=${head.slice(0, 7)}`)).text).toBe('[]');
  });

  it('[api 33] lists what is not applied yet, newest first', async () => {
    await using other = await startApi();
    other.world.repository.setStatus({ state: 'cloned', error: 'not yet' });
    const first = other.world.repository.commit({});
    other.world.repository.tags.set('flux-sync', first);
    const [second, third] = ['second', 'third'].map((subject) => other.world.repository.commit({}, subject));
    other.world.repository.setStatus({ state: 'ready', error: '' });
    expect((await other.ask(`/v6/sync?ref=${third?.slice(0, 7)}`)).json()).toEqual([third, second]);
  });

  it('[api 34] refuses an unknown revision', async () => {
    const answer = await api.ask('/v6/sync?ref=nosuch');
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({
      type: 'user',
      error: expect.stringMatching(/^fatal: bad revision/),
    });
  });

  it('[api 35] tells about the repository', async () => {
    const answer = await post('/v9/git-repo-config', 'false');
    expect(answer.text).toBe(
      '{"remote":{"url":"ssh://git@github.com/x/flux-demo","branch":"master","path":""},"publicSSHKey":{"key":"ssh-rsa AAAA0 \\n","fingerprints":null},"status":"ready","errors":""}',
    );
  });

  it('[api 36] makes another key', async () => {
    const key = async (body: string) =>
      ((await post('/v9/git-repo-config', body)).json() as { publicSSHKey: { key: string } }).publicSSHKey
        .key;
    const before = await key('null');
    const after = await key('true');
    expect(after).not.toBe(before);
    expect(after).toMatch(/\n$/);
  });

  it('[api 37] answers a bad body with one JSON value', async () => {
    const answer = await post('/v9/git-repo-config', '"x"');
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ type: 'user' });
  });

  it('[api 38] [daemon 41] fetches when told of a push to the branch, and not of one to another', async () => {
    const lines = api.world.lines;
    const url = 'https://github.com/x/flux-demo.git';
    const refreshed = () => lines.filter((line) => line.includes('event=refreshed')).length;
    const before = refreshed();
    expect((await post('/v11/notify', { Kind: 'git', Source: { URL: url, Branch: 'master' } })).status).toBe(
      202,
    );
    await vi.waitFor(() => expect(refreshed()).toBe(before + 1));
    expect((await post('/v11/notify', { kind: 'git', source: { url, branch: 'dev' } })).status).toBe(202);
    expect(lines.at(-1)).toContain('msg="notified about unrelated change"');
    expect(refreshed()).toBe(before + 1);
  });

  it('[api 39] refuses an unknown kind of change', async () => {
    const answer = await post('/v11/notify', { Kind: 'nope', Source: {} }, {});
    expect(answer).toMatchObject({ status: 400, text: 'unknown kind of change' });
    expect((await post('/v11/notify', { Kind: 'git' })).status).toBe(400);
    expect((await post('/v11/notify', '')).status).toBe(400);
  });

  it('[api 40] takes a change of an image', async () => {
    const Source = { Name: { Domain: 'docker.io', Image: 'fluxcd/flux' } };
    expect((await post('/v11/notify', { Kind: 'image', Source })).status).toBe(202);
  });

  it('[api 41] exports YAML in base64, and answers HEAD', async () => {
    const answer = await api.ask('/v6/export');
    expect(Buffer.from(answer.json() as string, 'base64').toString()).toMatch(
      /^apiVersion: v1\nkind: Namespace\n/,
    );
    expect(await api.ask('/v6/export', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('[api 42] gives the public key, and makes another', async () => {
    expect((await api.ask('/v6/identity.pub')).json()).toHaveProperty('fingerprints');
    expect(await post('/v6/identity.pub', '')).toMatchObject({ status: 204, text: '' });
  });

  it.each([
    ['GET', '/v5/services'],
    ['POST', '/v1/'],
  ])('[api 45] %s %s is gone', async (method, path) => {
    const answer = await api.ask(path, { method });
    expect(answer.status).toBe(410);
    expect(answer.json()).toMatchObject({ type: 'missing', error: 'API endpoint deprecated' });
  });

  it.each([
    ['GET', '/v5'],
    ['GET', '/v7/services'],
    ['POST', '/v6/services'],
    ['GET', '/v6/services/'],
    ['PUT', '/v6/services'],
  ])('[api 46] %s %s is not found', async (method, path) => {
    expectNotFound(await api.ask(path, { method }), path);
  });

  it('[api 46] HEAD of a list is not found', async () => {
    expect((await api.ask('/v6/services', { method: 'HEAD' })).status).toBe(404);
  });

  it.each([
    ['nothing', {}],
    ['*/*', { accept: '*/*' }],
    ['Application/JSON', { accept: 'Application/JSON' }],
  ])('[api 47] old clients who accept %s get the bare error', async (_, headers) => {
    const answer = await api.ask('/nope', { headers });
    expect(answer).toMatchObject({ status: 404, type: plain, text: 'API endpoint not found' });
  });

  it('[api 48] who accepts text gets the help', async () => {
    const answer = await api.ask('/nope', { headers: { accept: 'text/plain' } });
    expect(answer).toMatchObject({ status: 404, type: plain });
    expect(answer.text).toContain('/nope');
  });

  it.each([
    ['text/plain, application/json', json],
    ['text/plain;q=0.9, application/json;q=0.8', plain],
    ['text/plain; charset=utf-8', json],
    ['application/json;q=0', json],
  ])('[api 49] accepting %s gives %s', async (accept, type) => {
    expect((await api.ask('/nope', { headers: { accept } })).type).toBe(type);
  });

  it('[api 51] [api 52] lists what could be read when a file is broken (v1 answered 422)', async () => {
    const { repository, cluster } = api.world;
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'other' };
    cluster.edit(ref, () => object('Deployment', 'other'));
    head = repository.commit({
      'hello.yaml': deployment,
      'bad.yaml': { severity: 'error', message: 'broken', source: { path: 'bad.yaml', line: 1 }, ids: [] },
    });
    const readOnly = async () =>
      Object.fromEntries(
        ((await api.ask('/v6/services')).json() as { ID: string; ReadOnly: string }[]).map(
          ({ ID, ReadOnly }) => [ID, ReadOnly],
        ),
      );
    expect(await readOnly()).toEqual({
      'default:deployment/helloworld': '',
      'default:deployment/other': 'NotInRepo',
    });
    repository.setStatus({ state: 'new', error: 'gone' });
    expect(await readOnly()).toMatchObject({ 'default:deployment/helloworld': 'NotReady' });
    expect((await api.ask(`/v6/sync?ref=${head}`)).json()).toMatchObject({
      error: 'git repo not ready: gone',
    });
    repository.setStatus({ state: 'unconfigured', error: '' });
    expect(await readOnly()).toMatchObject({ 'default:deployment/helloworld': 'NoRepo' });
    repository.setStatus({ state: 'ready', error: '' });
  });

  it('[api 52] [daemon 55] says that a read-only repository is one', async () => {
    await using other = await startApi({ readonly: true });
    other.world.repository.commit({ 'hello.yaml': deployment });
    other.world.cluster.edit(
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'helloworld' },
      () => deployment,
    );
    expect((await other.ask('/v6/services')).json()).toMatchObject([{ ReadOnly: 'ReadOnlyMode' }]);
  });

  it('sends unclean paths to the clean ones', async () => {
    expect(await api.askRoot('/api/flux')).toMatchObject({
      status: 301,
      headers: { location: '/api/flux/' },
    });
    expect(await api.askRoot('/api//flux/v6/../v11/ping?x=1')).toMatchObject({
      status: 301,
      headers: { location: '/api/flux/v11/ping?x=1' },
    });
  });

  it.each(['/', '/api', '/apix'])('answers %s in plain text', async (path) => {
    expect(await api.askRoot(path)).toMatchObject({ status: 404, type: plain, text: '404 page not found\n' });
  });

  it('measures requests by the name of their route', async () => {
    const { text } = await api.askRoot('/metrics');
    expect(text).toMatch(
      /flux_request_duration_seconds_count\{method="GET",route="Version",status_code="200",ws="false"\} 1/,
    );
    expect(text).toContain('route="NotFound",status_code="404"');
    expect(text).toContain('route="Deprecated:v5",status_code="410"');
  });

  it('tells the state of the source, its last pass and its failures', async () => {
    const { repository, cluster } = api.world;
    cluster.refuse('default:configmap/bad', 'spec is no good');
    head = repository.commit({ 'hello.yaml': deployment, 'bad.yaml': object('ConfigMap', 'bad') });
    repository.refreshed();
    const status = async (query: string) =>
      ((await api.ask(`/v12/status${query}`)).json() as { sources: Record<string, unknown>[] }).sources[0];
    await vi.waitFor(async () => expect(await status('')).toMatchObject({ lastPass: { revision: head } }));
    expect(await status('')).toMatchObject({
      name: 'default',
      url: 'ssh://git@github.com/x/flux-demo',
      branch: 'master',
      paths: [],
      state: 'ready',
      error: '',
      head,
      doing: '',
      retryAt: expect.stringMatching(/Z$/),
      lastPass: {
        error: '',
        counts: { failed: 1, unchanged: 1 },
        outcomes: [
          {
            id: 'default:configmap/bad',
            apiVersion: 'v1',
            action: 'failed',
            source: { path: 'bad.yaml', line: 1, document: 1 },
            error: { message: 'spec is no good', field: '' },
          },
        ],
      },
    });
    expect(await status('?outcomes=all')).toMatchObject({ lastPass: { outcomes: { length: 2 } } });
  });
});

describe('who may use the API', () => {
  const rules = { trust: 'none', tokens: () => ['s3cret'], namespace: 'flux' } as const;

  it('asks callers for a token, in either form, and leaves probes open', async () => {
    await using api = await startApi({}, rules);
    const ask = async (path: string, headers: Record<string, string> = {}) =>
      (await api.ask(path, { headers })).status;
    expect(await ask('/v11/version')).toBe(401);
    expect(await ask('/v11/version', { authorization: 'Bearer wrong' })).toBe(401);
    expect(await ask('/v11/version', { authorization: 'Bearer s3cret' })).toBe(200);
    expect(await ask('/v11/version', { authorization: 'Scope-Probe token=s3cret' })).toBe(200);
    expect(await ask('/v11/ping')).toBe(204);
    expect(await ask('/v6/identity.pub')).toBe(200);
    expect((await api.ask('/v6/identity.pub', { method: 'POST' })).status).toBe(401);
    expect((await api.askRoot('/metrics', { headers: {} })).status).toBe(200);
  });

  it('refuses web pages: foreign origins always, foreign host names unless a token is shown', async () => {
    await using api = await startApi({}, { ...rules, trust: 'loopback' });
    const ask = async (headers: Record<string, string>) =>
      (await api.ask('/v11/version', { headers })).status;
    expect(await ask({ host: '127.0.0.1:3030' })).toBe(200);
    expect(await ask({ host: 'localhost:3030' })).toBe(200);
    expect(await ask({ host: 'flux.flux.svc:3030' })).toBe(200);
    expect(await ask({ host: 'evil.example' })).toBe(403);
    expect(await ask({ host: 'evil.example', authorization: 'Bearer s3cret' })).toBe(200);
    expect(await ask({ origin: 'http://evil.example', authorization: 'Bearer s3cret' })).toBe(403);
    expect(await ask({ host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
    expect((await api.ask('/v6/identity.pub', { headers: { origin: 'null' } })).status).toBe(403);
  });
});
