import type { DaemonStatus, PassStatus, SourceStatus } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { gitConfig, job, revision, syncScript } from './support/answers.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const opening = [
  'Synchronizing with ssh://git@h/r',
  'Revision of master to apply is 33ce4e3',
  'Waiting for 33ce4e3 to be applied ...',
];
const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('');

function status(source: Partial<SourceStatus>, running = ''): DaemonStatus {
  return {
    version: '1',
    sources: [
      {
        name: 'default',
        url: 'ssh://git@h/r',
        branch: 'master',
        paths: [],
        state: 'ready',
        error: '',
        head: revision,
        lastPass: null,
        retryAt: '',
        doing: '',
        answeredJobs: [],
        ...source,
      },
    ],
    queue: { length: 0, running },
    rollouts: [],
  };
}

function pass(given: Partial<PassStatus> = {}): PassStatus {
  const times = { startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:01Z' };
  return { revision, ...times, error: '', counts: {}, outcomes: [], ...given };
}

const immutable: PassStatus['outcomes'][number] = {
  id: 'demo:deployment/hello',
  apiVersion: 'apps/v1',
  action: 'failed',
  source: { path: 'workloads/hello.yaml', line: 3, document: 0 },
  error: { message: 'Deployment.apps "hello" is invalid:\nfield is immutable', field: 'spec.selector' },
};
const duplicate: PassStatus['outcomes'][number] = {
  id: 'demo:service/hello',
  apiVersion: 'v1',
  action: 'warned',
  source: { path: 'workloads/service.yaml', line: 9, document: 0 },
  error: { message: 'duplicate key "name"', field: '' },
};

describe('sync with a daemon of Flux v1', () => {
  it('[cli 35] has it fetch, and waits until the commit is applied', async () => {
    await using daemon = await startMockDaemon(
      syncScript({ 'GET /v6/sync': [{ json: ['x'] }, { json: [] }] }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url]);
    expect(run).toEqual({ stdout: '', stderr: lines(...opening, 'Done.'), code: 0 });
    expect(daemon.asked('/v9/update-manifests').map(({ body }) => JSON.parse(body))).toEqual([
      { type: 'sync', cause: { Message: '', User: '' }, spec: {} },
    ]);
    expect(daemon.asked('/v6/jobs').map(({ query }) => query)).toEqual([{ id: 'j1' }]);
    expect(daemon.asked('/v6/sync').map(({ query }) => query)).toEqual([
      { ref: '33ce4e3' },
      { ref: '33ce4e3' },
    ]);
  });

  it.each([
    [gitConfig('unconfigured'), 'no git repository is configured'],
    [gitConfig('new', 'e'), 'git repository ssh://git@h/r is not ready to sync\n\nFull error message: e'],
    [gitConfig('cloned'), 'git repository ssh://git@h/r is not ready to sync'],
    [
      gitConfig('unreachable', 'e'),
      'can not connect to git repository with URL ssh://git@h/r\n\nFull error message: e',
    ],
  ])('[cli 36] submits nothing while the repository is $status', async (json, text) => {
    await using daemon = await startMockDaemon({ 'POST /v9/git-repo-config': [{ json }] });
    const run = await runFluxctl(['sync', '--url', daemon.url]);
    expect(run).toEqual({ stdout: '', stderr: `Error: ${text}\n${hint('sync')}`, code: 1 });
    expect(daemon.asked('/v9/update-manifests')).toEqual([]);
  });

  it('[cli 37] goes on with the last verified commit when the head is not signed', async () => {
    const Err =
      'The branch HEAD in the git repo is not verified, and fluxd is unable to sync to it. The last verified commit was 33ce4e38. HEAD is 12345678.';
    await using daemon = await startMockDaemon(
      syncScript({
        'GET /v6/jobs': [job({ StatusString: 'failed', Err, Result: { revision } })],
        'GET /v6/sync': [{ json: null }],
      }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url]);
    const [first = '', ...others] = opening;
    expect(run).toEqual({ stdout: '', stderr: lines(first, `Warning: ${Err}`, ...others, 'Done.'), code: 0 });
  });

  it('tells a job that failed', async () => {
    await using daemon = await startMockDaemon(
      syncScript({ 'GET /v6/jobs': [job({ StatusString: 'failed', Err: 'no such branch' })] }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url]);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe(
      lines(opening[0] ?? '', 'Failed to complete sync job (ID "j1")', 'Error: no such branch') +
        hint('sync'),
    );
  });

  it('gives up waiting for the job when the time is over', async () => {
    await using daemon = await startMockDaemon(
      syncScript({ 'GET /v6/jobs': [job({ StatusString: 'queued' })] }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url, '--timeout=500ms']);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe(
      lines(opening[0] ?? '', 'Failed to complete sync job (ID "j1")', 'Error: timeout') + hint('sync'),
    );
    expect(daemon.asked('/v6/jobs')).toHaveLength(3);
  });

  it('gives up waiting for the commit when the time is over', async () => {
    await using daemon = await startMockDaemon(syncScript({ 'GET /v6/sync': [{ json: ['x'] }] }));
    const run = await runFluxctl(['sync', '--url', daemon.url, '--timeout=500ms']);
    expect(run).toEqual({ stdout: '', stderr: lines(...opening, 'Error: timeout') + hint('sync'), code: 1 });
    expect(daemon.asked('/v6/sync')).toHaveLength(1);
  });

  it('takes a revision that is shorter than seven digits', async () => {
    await using daemon = await startMockDaemon(
      syncScript({ 'GET /v6/jobs': [job({ Result: { revision: 'abc' } })], 'GET /v6/sync': [{ json: [] }] }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url]);
    expect(run.code).toBe(0);
    expect(daemon.asked('/v6/sync')[0]?.query).toEqual({ ref: 'abc' });
  });
});

describe('sync with a daemon that tells its passes', () => {
  it('waits for the pass that answers the job', async () => {
    await using daemon = await startMockDaemon(
      syncScript({
        'GET /v12/status': [
          { json: status({ lastPass: pass({ outcomes: [immutable] }), answeredJobs: ['j0'] }) },
          { json: status({ doing: 'applying 1 of 3 objects', answeredJobs: ['j0'] }) },
          { json: status({ lastPass: pass(), answeredJobs: ['j1', 'j0'] }) },
        ],
      }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url]);
    expect(run).toEqual({ stdout: '', stderr: lines(...opening, 'Done.'), code: 0 });
    expect(daemon.asked('/v6/sync')).toEqual([]);
  });

  const report = [
    'Warnings about 33ce4e3:',
    '  demo:service/hello  workloads/service.yaml:9',
    '    duplicate key "name"',
    'Not applied of 33ce4e3:',
    '  demo:deployment/hello  workloads/hello.yaml:3',
    '    spec.selector: Deployment.apps "hello" is invalid:',
    '    field is immutable',
  ];
  const failing = syncScript({
    'GET /v12/status': [
      { json: status({ lastPass: pass({ outcomes: [immutable, duplicate] }), answeredJobs: ['j1'] }) },
    ],
  });

  it('ends with a report of what could not be applied', async () => {
    await using daemon = await startMockDaemon(failing);
    const run = await runFluxctl(['sync', '--url', daemon.url]);
    const error = 'Error: 1 object of 33ce4e3 could not be applied';
    expect(run).toEqual({ stdout: '', stderr: lines(...opening, ...report, error) + hint('sync'), code: 1 });
  });

  it('exits with 0 all the same when told to', async () => {
    await using daemon = await startMockDaemon(failing);
    const run = await runFluxctl(['sync', '--url', daemon.url, '--allow-failures']);
    expect(run).toEqual({ stdout: '', stderr: lines(...opening, ...report, 'Done.'), code: 0 });
  });

  it('fails when the pass did not come to its end', async () => {
    const lastPass = pass({ error: 'the API server is away' });
    await using daemon = await startMockDaemon(
      syncScript({ 'GET /v12/status': [{ json: status({ lastPass, answeredJobs: ['j1'] }) }] }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url, '--allow-failures']);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe(lines(...opening, 'Error: the API server is away') + hint('sync'));
  });

  it('says what the daemon was doing when the time is over', async () => {
    await using daemon = await startMockDaemon(
      syncScript({
        'GET /v12/status': [{ json: status({ doing: 'applying 120 of 300 objects', error: 'slow today' }) }],
      }),
    );
    const run = await runFluxctl(['sync', '--url', daemon.url, '--timeout=300ms']);
    const why = ['The daemon is still at work: applying 120 of 300 objects', 'Repository ready: slow today'];
    expect(run).toEqual({
      stdout: '',
      stderr: lines(...opening, ...why, 'Error: timeout') + hint('sync'),
      code: 1,
    });
  });
});
