import type { DaemonStatus } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { gitConfig, revision } from './support/answers.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { runFluxctl } from './support/run-fluxctl.ts';

const known: DaemonStatus = {
  version: '1.0.0',
  sources: [
    {
      name: 'default',
      url: 'ssh://git@h/r',
      branch: 'master',
      paths: [],
      state: 'ready',
      error: '',
      head: 'ffffffff00000000000000000000000000000000',
      lastPass: {
        revision,
        startedAt: '2020-01-01T00:00:00Z',
        endedAt: 'unknown',
        error: '',
        counts: { failed: 1, unchanged: 3 },
        outcomes: [
          {
            id: 'demo:deployment/hello',
            apiVersion: 'apps/v1',
            action: 'failed',
            source: { path: 'hello.yaml', line: 3, document: 0 },
            error: { message: 'field is immutable', field: 'spec.selector' },
          },
        ],
      },
      retryAt: '2020-01-01T00:01:00Z',
      doing: 'fetching',
      answeredJobs: [],
    },
  ],
  queue: { length: 0, running: '' },
  rollouts: [],
};

describe('status', () => {
  it('shows a table of sources, and what needs attention', async () => {
    await using daemon = await startMockDaemon({ 'GET /v12/status': [{ json: known }] });
    const run = await runFluxctl(['status', '--url', daemon.url]);
    expect(run.code).toBe(0);
    expect(run.stderr).toBe('');
    expect(run.stdout.split('\n')).toEqual([
      'SOURCE   URL            BRANCH  STATE  HEAD     APPLIED  AGE  FAILED',
      'default  ssh://git@h/r  master  ready  fffffff  33ce4e3       1',
      '',
      'default:',
      '  fetching',
      '  demo:deployment/hello  hello.yaml:3',
      '    spec.selector: field is immutable',
      '  tried again now',
      '',
    ]);
    expect(daemon.requests.map(({ query }) => query)).toEqual([{}]);
  });

  const hello = { Container: 'hello', Current: 'x.io/hello:1', Target: 'x.io/hello:2' };
  const rollout = {
    workload: 'demo:deployment/hello',
    revision,
    images: [hello],
    startedAt: 'unknown',
    endedAt: '',
    message: '',
    rollback: '',
  };
  const rollouts = [
    { ...rollout, outcome: 'progressing', message: '1 of 2 pods are ready' },
    { ...rollout, workload: 'demo:deployment/bad', outcome: 'failed', message: 'crash loop:\nexit code 1\n' },
    { ...rollout, workload: 'demo:deployment/old', outcome: 'failed', rollback: '0123456789' },
    { ...rollout, workload: 'demo:deployment/fine', outcome: 'succeeded' },
    { ...rollout, workload: 'demo:deployment/late', outcome: 'superseded' },
  ];

  it.each([
    [[], []],
    [
      ['--all'],
      [
        'demo:deployment/fine   succeeded    hello: 2  33ce4e3',
        'demo:deployment/late   superseded   hello: 2  33ce4e3',
      ],
    ],
  ])('shows rollouts that are under way or failed; with %j', async (flags, others) => {
    const json = { ...known, sources: [], rollouts };
    await using daemon = await startMockDaemon({ 'GET /v12/status': [{ json }] });
    const run = await runFluxctl(['status', ...flags, '--url', daemon.url]);
    const [, ...shown] = run.stdout.split('\n');
    expect(shown).toEqual([
      '',
      'ROLLOUT                OUTCOME      IMAGES    COMMIT   SINCE',
      'demo:deployment/hello  progressing  hello: 2  33ce4e3',
      'demo:deployment/bad    failed       hello: 2  33ce4e3',
      'demo:deployment/old    rolled back  hello: 2  33ce4e3',
      ...others,
      '  demo:deployment/hello',
      '    1 of 2 pods are ready',
      '  demo:deployment/bad',
      '    crash loop:',
      '    exit code 1',
      '  demo:deployment/old',
      '    the images before are back with 0123456',
      '',
    ]);
  });

  it('does without rollouts where the daemon does not know of them', async () => {
    const { rollouts: _, ...json } = known;
    await using daemon = await startMockDaemon({ 'GET /v12/status': [{ json }] });
    const run = await runFluxctl(['status', '--url', daemon.url]);
    expect(run.code).toBe(0);
    expect(run.stdout).not.toContain('ROLLOUT');
  });

  it('gives the daemon’s own JSON, with every object on demand', async () => {
    await using daemon = await startMockDaemon({ 'GET /v12/status': [{ json: known }] });
    const run = await runFluxctl(['status', '-ao', 'json', '--url', daemon.url]);
    expect(JSON.parse(run.stdout)).toEqual(known);
    expect(daemon.requests.map(({ query }) => query)).toEqual([{ outcomes: 'all' }]);
  });

  it('shows what a daemon of Flux v1 can say', async () => {
    await using daemon = await startMockDaemon({
      'POST /v9/git-repo-config': [{ json: gitConfig('new', 'git repo has not been cloned yet:\nwhy\n\n') }],
    });
    const run = await runFluxctl(['status', '--url', daemon.url]);
    expect(run).toEqual({
      stdout: [
        'SOURCE   URL            BRANCH  STATE  HEAD  APPLIED  AGE  FAILED',
        'default  ssh://git@h/r  master  new',
        '',
        'default:',
        '  git repo has not been cloned yet:',
        '  why',
        '',
      ].join('\n'),
      stderr: '',
      code: 0,
    });
    expect(daemon.requests.map(({ body }) => body)).toEqual(['', 'false']);
  });
});
