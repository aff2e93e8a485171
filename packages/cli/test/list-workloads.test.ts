import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { container, sampleWorkloads, workload } from './support/answers.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const heading = 'WORKLOAD  CONTAINER  IMAGE  RELEASE  POLICY\n';

function listing(json: unknown) {
  return startMockDaemon({ 'GET /v6/services': [{ json }] });
}

describe('list-workloads', () => {
  let folder: string;
  let kubeconfig: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fluxctl-kubeconfig-'));
    kubeconfig = join(folder, 'config');
    await writeFile(
      kubeconfig,
      `
current-context: one
contexts:
- {name: one, context: {cluster: c, user: u, namespace: ctx}}
- {name: two, context: {cluster: c, user: u, namespace: other}}
`,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('[cli 6] sends the token of the last variable in line', async () => {
    await using daemon = await listing(null);
    const env = { FLUX_SERVICE_TOKEN: 'a', WEAVE_CLOUD_TOKEN: 'b' };
    const run = await runFluxctl(['list-workloads', '--url', daemon.url], { env });
    expect(run).toEqual({ stdout: heading, stderr: '', code: 0 });
    const [{ headers }] = daemon.requests as [(typeof daemon.requests)[number]];
    expect(headers.authorization).toBe('Scope-Probe token=b');
    expect(headers.accept).toBe('application/json');
  });

  it('[cli 7] asks the URL of the flag, not that of the variable', async () => {
    await using daemon = await listing(null);
    const env = { FLUX_URL: 'http://nope' };
    const run = await runFluxctl(['list-workloads', '-u', `${daemon.url}/`], { env });
    expect(run).toEqual({ stdout: heading, stderr: '', code: 0 });
    expect(daemon.asked('/v6/services')).toHaveLength(1);
  });

  it.each([
    [[], 'ctx'],
    [['-n', 'x'], 'x'],
    [['-a'], ''],
    [['-a', '-n', 'x'], ''],
    [['-n', ''], 'ctx'],
    [['--context', 'two'], 'other'],
    [['--context', 'none'], 'default'],
  ])('[cli 8] with %j asks for namespace "%s"', async (flags, namespace) => {
    await using daemon = await listing(null);
    const env = { KUBECONFIG: `${join(folder, 'missing')}:${kubeconfig}` };
    const { code } = await runFluxctl(['list-workloads', '--url', daemon.url, ...flags], { env });
    expect(code).toBe(0);
    expect(daemon.requests.map(({ query }) => query)).toEqual([{ namespace }]);
  });

  it('asks for namespace default when the kubeconfig cannot be read', async () => {
    await using daemon = await listing(null);
    const broken = join(folder, 'broken');
    await writeFile(broken, '{');
    await runFluxctl(['list-workloads', '--url', daemon.url], { env: { KUBECONFIG: broken } });
    expect(daemon.requests.map(({ query }) => query)).toEqual([{ namespace: 'default' }]);
  });

  it('[cli 9] prints the table of the reference, byte for byte', async () => {
    await using daemon = await listing(sampleWorkloads);
    const run = await runFluxctl(['list-controllers', '-n', 'demo', '--url', daemon.url]);
    expect(run.code).toBe(0);
    expect(run.stderr).toBe('');
    const lines = [
      'WORKLOAD                 CONTAINER    IMAGE                       RELEASE  POLICY',
      'demo:cronjob/empty'.padEnd(75),
      'demo:deployment/podinfo  podinfod     stefanprodan/podinfo:3.1.0  ready    automated,ignore',
      '                         init         alpine:3.10.1'.padEnd(75),
      'demo:helmrelease/redis   chart-image  bitnami/redis:5.0.7                  automated,locked',
    ];
    expect(run.stdout).toBe(lines.map((line) => `${line}\n`).join(''));
  });

  it('[cli 10] keeps workloads that have such a container, with all of their containers', async () => {
    await using daemon = await listing(sampleWorkloads);
    const run = await runFluxctl(['list-workloads', '-a', '-c', 'init', '--url', daemon.url]);
    const lines = [
      'WORKLOAD                 CONTAINER  IMAGE                       RELEASE  POLICY',
      'demo:deployment/podinfo  podinfod   stefanprodan/podinfo:3.1.0  ready    automated,ignore',
      '                         init       alpine:3.10.1'.padEnd(73),
    ];
    expect(run.stdout).toBe(lines.map((line) => `${line}\n`).join(''));
  });

  it('[cli 11] prints null as JSON when no workload is left', async () => {
    await using daemon = await listing(sampleWorkloads);
    const run = await runFluxctl(['list-workloads', '-a', '-c', 'nope', '-o', 'json', '--url', daemon.url]);
    expect(run).toEqual({ stdout: 'null\n', stderr: '', code: 0 });
  });

  it('[cli 12] refuses an unknown format, before it asks the daemon', async () => {
    await using daemon = await listing(null);
    const run = await runFluxctl(['list-workloads', '-o', 'yaml', '--url', daemon.url]);
    const stderr = `Error: invalid output format specified\n${hint('list-workloads')}`;
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
    expect(daemon.requests).toEqual([]);
  });

  it('leaves out the headings on demand', async () => {
    await using daemon = await listing([workload('a:deployment/b', { Containers: [container('c', 'x:1')] })]);
    const run = await runFluxctl(['list-workloads', '--no-headers', '--url', daemon.url]);
    expect(run.stdout).toBe('a:deployment/b  c  x:1  ready  \n');
  });

  it('shows with -o wide what is to come, and what stands against it', async () => {
    const rollout = null;
    await using daemon = await startMockDaemon({
      'GET /v6/services': [
        {
          json: [
            ...sampleWorkloads,
            workload('demo:deployment/bad', {
              Containers: [container('c', 'x:1')],
              ReadOnly: 'NotInRepo',
              Status: 'error',
              Policies: { 'tag.c': 'semver:~1' },
            }),
          ],
        },
      ],
      'GET /v12/workloads': [
        {
          json: [
            { id: 'demo:deployment/bad', updates: [], rollout, error: 'back-off\nmore' },
            {
              id: 'demo:deployment/podinfo',
              updates: [{ Container: 'init', Current: 'alpine:3.10.1', Target: 'alpine:3.11' }],
              rollout,
              error: '',
            },
          ],
        },
      ],
    });
    const run = await runFluxctl(['list-workloads', '-n', 'demo', '-o', 'wide', '--url', daemon.url]);
    expect(run.stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'WORKLOAD                 CONTAINER    IMAGE                       RELEASE  POLICY            FILTER     UPDATE  READONLY    ERROR',
      'demo:cronjob/empty',
      'demo:deployment/bad      c            x:1                         error                      semver:~1          not in git  back-off',
      'demo:deployment/podinfo  podinfod     stefanprodan/podinfo:3.1.0  ready    automated,ignore',
      '                         init         alpine:3.10.1                                                     3.11',
      'demo:helmrelease/redis   chart-image  bitnami/redis:5.0.7                  automated,locked',
      '',
    ]);
    expect(run.stderr).toBe('');
    expect(daemon.asked('/v12/workloads').map(({ query }) => query)).toEqual([{ namespace: 'demo' }]);
  });

  it('shows with -o wide what a daemon of Flux v1 tells, and says what it does not', async () => {
    await using daemon = await listing([
      workload('demo:deployment/a', { Containers: [container('c', 'x:1')], SyncError: 'no such kind' }),
    ]);
    const run = await runFluxctl(['list-workloads', '-n', 'demo', '-o', 'wide', '--url', daemon.url]);
    expect(run).toEqual({
      stdout: [
        'WORKLOAD           CONTAINER  IMAGE  RELEASE  POLICY  FILTER  READONLY  ERROR\n',
        'demo:deployment/a  c          x:1    ready                              no such kind\n',
      ].join(''),
      stderr: 'This daemon is too old to tell which images would be updated: no column UPDATE.\n',
      code: 0,
    });
  });

  it('prints JSON as Go does: members in order, maps sorted, times in UTC, angle brackets escaped', async () => {
    await using daemon = await listing([
      {
        Policies: { 'tag.c': 'glob:<*>', automated: 'true' },
        Unknown: 1,
        ID: 'a:Deployment/b',
        Rollout: { Messages: ['a & b'], Desired: 1 },
        Labels: { z: '1', a: '2' },
        Containers: [
          {
            Name: 'c',
            Current: {
              CreatedAt: '2020-01-23T14:08:04.619877800+02:00',
              LastFetched: '0001-01-01T00:00:00Z',
              ID: 'docker.io/x:1@sha256:ab',
              Labels: { 'org.opencontainers.image.created': '2020-01-01T00:00:00.000Z', other: 'x' },
            },
            AvailableError: '',
            AvailableImagesCount: 0,
            FilteredImagesCount: 2,
          },
          { Name: '', Current: { ID: 'a:b:c', Digest: 'sha256:1' }, Available: [] },
        ],
      },
    ]);
    const run = await runFluxctl(['list-workloads', '-o=json', '--url', daemon.url]);
    expect(run.stdout).toBe(
      `${[
        '[{"ID":"a:deployment/b","Containers":[{"Name":"c",',
        '"Current":{"ID":"docker.io/x@sha256:ab","Labels":{"org.opencontainers.image.created":"2020-01-01T00:00:00Z"},"CreatedAt":"2020-01-23T12:08:04.6198778Z"},',
        '"LatestFiltered":{"ID":"","Labels":{}},"FilteredImagesCount":2},',
        '{"Current":{"ID":"","Labels":{}},"LatestFiltered":{"ID":"","Labels":{}}}],',
        '"ReadOnly":"","Status":"","Rollout":{"Desired":1,"Updated":0,"Ready":0,"Available":0,"Outdated":0,"Messages":["a \\u0026 b"]},',
        '"SyncError":"","Antecedent":"","Labels":{"a":"2","z":"1"},"Automated":false,"Locked":false,"Ignore":false,',
        '"Policies":{"automated":"true","tag.c":"glob:\\u003c*\\u003e"}}]',
      ].join('')}\n`,
    );
  });

  it('prints the sample of JSON of the reference', async () => {
    const sample =
      '[{"ID":"a:deployment/b","Containers":[{"Name":"c","Current":{"ID":"x:1","Labels":{}},"LatestFiltered":{"ID":"","Labels":{}}}],"ReadOnly":"","Status":"ready","Rollout":{"Desired":1,"Updated":1,"Ready":1,"Available":1,"Outdated":0,"Messages":null},"SyncError":"","Antecedent":"","Labels":null,"Automated":true,"Locked":false,"Ignore":false,"Policies":{"automated":"true"}}]';
    await using daemon = await listing(JSON.parse(sample));
    const run = await runFluxctl(['list-workloads', '--output-format', 'json', '--url', daemon.url]);
    expect(run.stdout).toBe(`${sample}\n`);
  });

  it('refuses an answer with an id that is none', async () => {
    await using daemon = await listing([{ ID: 'nonsense' }]);
    const run = await runFluxctl(['list-workloads', '--url', daemon.url]);
    const stderr = `Error: decoding response from server: parsing nonsense: invalid service ID\n${hint('list-workloads')}`;
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
  });
});
