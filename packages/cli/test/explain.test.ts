import type { ContainerExplanation, ImageCandidate, WorkloadExplanation } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { type Script, startMockDaemon } from './support/mock-daemon.ts';
import { hint, type Run, runFluxctl } from './support/run-fluxctl.ts';

const workload = 'demo:deployment/hello';

async function ask(script: Script, ...args: string[]): Promise<Run> {
  await using daemon = await startMockDaemon(script);
  const run = await runFluxctl(['explain', '--url', daemon.url, '-w', workload, ...args]);
  expect(daemon.requests.map(({ query }) => query)).toEqual([{ workload }]);
  return run;
}

function show(given: Partial<WorkloadExplanation>, ...args: string[]): Promise<Run> {
  const json = { workload, policies: {}, obstacles: [], containers: [], ...given };
  return ask({ 'GET /v12/explain': [{ json }] }, ...args);
}

function candidate(tag: string, verdict: ImageCandidate['verdict'], reason = ''): ImageCandidate {
  return { tag, createdAt: '', verdict, reason };
}

function container(given: Partial<ContainerExplanation>): ContainerExplanation {
  return {
    name: 'hello',
    image: 'x.io/hello:1.0.1',
    pattern: 'semver:~1.0',
    order: 'semver',
    next: '',
    obstacles: [],
    candidates: [],
    ...given,
  };
}

const candidates = [
  candidate('2.0.0', 'no-match'),
  candidate('1.0.4', 'too-young', 'until 2026-01-01T12:00:00Z'),
  candidate('1.0.3', 'held', 'by the annotation fluxcd.io/hold.hello'),
  { ...candidate('1.0.2', 'taken'), createdAt: '2020-01-23T12:08:04.6Z' },
  candidate('1.0.2-rc', 'no-match'),
  candidate('1.0.1', 'current'),
  candidate('1.0.0', 'older', 'than 1.0.2'),
  candidate('0.9.0', 'no-match'),
];

/** The lines about `next` and what was passed over. */
function facts({ stdout }: Run): string[] {
  const [, about = ''] = stdout.split('\n\n');
  return about
    .trimEnd()
    .split('\n')
    .slice(4)
    .map((line) => line.replace(/^(?:next|passed over|obstacles)? +/, ''));
}

describe('explain', () => {
  it('tells what comes next, what is in the way and what helps, and of each image why', async () => {
    const run = await show({
      policies: { 'tag.hello': 'semver:~1.0', automated: 'true' },
      obstacles: [
        { kind: 'locked', reason: 'locked by Ann: release day', remedy: `fluxctl unlock -w ${workload}` },
      ],
      containers: [container({ candidates })],
    });
    expect(run).toEqual({
      stdout: [
        'workload   demo:deployment/hello',
        'policies   automated: true',
        '           tag.hello: semver:~1.0',
        'obstacles  locked by Ann: release day',
        '             fluxctl unlock -w demo:deployment/hello',
        '',
        'container    hello',
        'image        x.io/hello:1.0.1',
        'pattern      semver:~1.0',
        'order        semver',
        'next         nothing while there are obstacles; without them 1.0.2',
        'passed over  2.0.0 does not match semver:~1.0',
        "               fluxctl policy -w demo:deployment/hello --tag 'hello=PATTERN'",
        '             1.0.4 is too young',
        '               fluxctl policy -w demo:deployment/hello --unset min-age.hello',
        '             1.0.3 is held',
        '               fluxctl release --workload=demo:deployment/hello --update-image=x.io/hello:1.0.3',
        '',
        '  TAG       CREATED              VERDICT         REASON',
        '  2.0.0                          does not match',
        '  1.0.4                          too young       until 2026-01-01T12:00:00Z',
        '  1.0.3                          held            by the annotation fluxcd.io/hold.hello',
        '  1.0.2     23 Jan 20 12:08 UTC  would be taken',
        '  1.0.2-rc                       does not match',
        '  1.0.1                          current',
        '  1.0.0                          older           than 1.0.2',
        '  0.9.0                          does not match',
        '',
      ].join('\n'),
      stderr: '',
      code: 0,
    });
  });

  it('shows the current image and the next whatever the limit, and counts the others', async () => {
    const run = await show({ containers: [container({ candidates, next: '1.0.2' })] }, '--limit=1');
    expect(run.stdout.split('\n\n').at(-1)?.split('\n')).toEqual([
      '  TAG    CREATED              VERDICT         REASON',
      '  2.0.0                       does not match',
      '  … 2 more: 1 too young, 1 held',
      '  1.0.2  23 Jan 20 12:08 UTC  taken',
      '  … 1 more: 1 does not match',
      '  1.0.1                       current',
      '  … 2 more: 1 older, 1 does not match',
      '',
    ]);
    const all = await show({ containers: [container({ candidates })] }, '-l0');
    expect(all.stdout).not.toContain('more:');
  });

  it.each<[string, Partial<ContainerExplanation>, string[]]>([
    ['an update', { next: '1.0.2', candidates: [candidate('1.0.2', 'taken')] }, ['1.0.2']],
    [
      'no newer image',
      { candidates: [candidate('1.0.1', 'current')] },
      ['nothing: it has the newest image that may be taken'],
    ],
    [
      'no image at all',
      { candidates: [candidate('latest', 'no-match')] },
      ['nothing: there is no image that may be taken'],
    ],
    [
      'an obstacle of its own',
      { obstacles: [{ kind: 'not-scanned', reason: 'nothing is known', remedy: 'fluxctl registry' }] },
      ['nothing while there are obstacles', 'nothing is known', 'fluxctl registry'],
    ],
    [
      'several that are passed over',
      {
        candidates: [
          candidate('5', 'no-match'),
          candidate('4', 'no-match'),
          candidate('3', 'no-match'),
          candidate('2', 'no-metadata'),
          candidate('1.0.1', 'current'),
        ],
      },
      [
        'nothing: it has the newest image that may be taken',
        '5 and 2 more do not match semver:~1.0',
        `fluxctl policy -w ${workload} --tag 'hello=PATTERN'`,
        'of 2 too little is known',
        'fluxctl registry',
      ],
    ],
  ])('says what comes with %s', async (_, given, expected) => {
    expect(facts(await show({ containers: [container(given)] }))).toEqual(expected);
  });

  it('has little to say of a workload without containers', async () => {
    expect((await show({})).stdout).toBe(
      `workload  ${workload}\npolicies  none\n\nIt has no containers that can be updated.\n`,
    );
  });

  it('gives the daemon’s own JSON', async () => {
    const containers = [container({ candidates })];
    const run = await show({ containers }, '-o', 'json');
    expect(JSON.parse(run.stdout)).toEqual({ workload, policies: {}, obstacles: [], containers });
  });

  it('needs a workload that there is', async () => {
    const none = await runFluxctl(['explain']);
    expect(none.stderr).toBe(`Error: -w, --workload is required\n${hint('explain')}`);
    const body = JSON.stringify({ type: 'missing', help: 'There is none.\n', error: 'unknown workload' });
    const unknown = await ask({ 'GET /v12/explain': [{ status: 404, type: 'application/json', body }] });
    expect(unknown).toEqual({ stdout: '', stderr: '== Error ==\n\nThere is none.\n\n', code: 1 });
  });

  it('is too much for a daemon of Flux v1', async () => {
    const run = await ask({});
    expect(run.stderr).toBe(
      `fluxctl list-images --workload=${workload} shows which images it knows.\nError: this daemon is too old to explain what it does\n${hint('explain')}`,
    );
    expect(run.code).toBe(1);
  });
});
