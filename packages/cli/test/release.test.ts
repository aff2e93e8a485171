import { describe, expect, it } from 'vitest';
import { job, revision } from './support/answers.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { helloResult, mixedResult, planned, released, releaseScript } from './support/release-answers.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');
const body = (text: string | undefined): unknown => JSON.parse(text ?? 'null');

const releaseAll = ['release', '--all', '--update-image=a:1', '--user=u'];
const noticeB = lines(
  '',
  'The operation succeeded, but we timed out waiting for the commit to be',
  'applied. This does not necessarily mean there is a problem. Use',
  '',
  '    fluxctl sync',
  '',
  'to run a sync interactively.',
);

describe('what release refuses', () => {
  const blank = 'blank tag (if you want latest, explicitly state the tag :latest): invalid image ID';
  const neither = 'please supply exactly one of --update-image=<image> or --update-all-images';
  const both = 'please supply only one of --update-image=<image> or --update-all-images';
  const nowhere = 'please supply either --all, or at least one --workload=<workload>';
  const watched = 'cannot use --watch with --dry-run';
  const forced = '--force has no effect when used with --all and --update-all-images';
  const malformed = 'expected image name as either <image>:<tag> or just <image>: invalid image ID';

  it.each([
    ['[cli 27] --all --update-image=alpine', blank],
    ['[cli 27] --all', neither],
    ['[cli 27] --update-all-images', nowhere],
    ['x', 'expected no (non-flag) arguments'],
    ['--all --update-all-images --update-image=a:1', both],
    ['--interactive --update-all-images --update-image=a:1', both],
    ['--watch --dry-run --update-image=a:1', nowhere],
    ['--all --watch --dry-run --update-image=a:1', watched],
    ['--all --watch --dry-run --force --update-all-images', watched],
    ['--all --force --update-all-images', forced],
    ['--interactive --force', forced],
    ['--workload=a/b/c --update-image=alpine', 'parsing a/b/c: invalid service ID'],
    ['--all --update-image=alpine:', `parsing "alpine:": ${malformed}`],
    ['--all --update-image=a:b:c', malformed],
    ['--all --update-image=a@sha256:0 --exclude=?', blank],
    ['--all --update-image=a:1 --exclude=?', 'parsing ?: invalid service ID'],
    ['--all --update-image=a:1 -o yaml', 'invalid output format specified'],
    ['--all --update-image=a:1 -o json', '-o json prints a plan, which only --dry-run makes'],
  ])('%s', async (given, text) => {
    const args = given.replace('[cli 27] ', '').split(' ');
    await using daemon = await startMockDaemon();
    const run = await runFluxctl(['release', ...args, '--url', daemon.url]);
    expect(run).toEqual({ stdout: '', stderr: `Error: ${text}\n${hint('release')}`, code: 1 });
    expect(daemon.requests).toEqual([]);
  });
});

describe('release', () => {
  it('[cli 28] sends what the flags say, and tells what became of it', async () => {
    await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [released(mixedResult)] }));
    const run = await runFluxctl([
      'release',
      '--workload=deployment/flux',
      '--update-all-images',
      '--exclude=deployment/a,deployment/b',
      '--user=u',
      '--message=why',
      '--url',
      daemon.url,
    ]);
    expect(run).toEqual({
      stdout: lines(
        'WORKLOAD                       STATUS   UPDATES',
        'default:deployment/bad         failed   boom',
        'default:deployment/helloworld  success  helloworld: quay.io/weaveworks/helloworld:master-a000001 -> master-9a16ff945b9e',
        '                                        sidecar: quay.io/weaveworks/sidecar:master-a000001 -> master-a000002',
      ),
      stderr: lines('Submitting release ...', 'Commit pushed:\t33ce4e3', 'Commit applied:\t33ce4e3'),
      code: 0,
    });
    expect(daemon.asked('/v9/update-manifests').map((seen) => body(seen.body))).toEqual([
      {
        type: 'image',
        cause: { Message: 'why', User: 'u' },
        spec: {
          ServiceSpecs: ['default:deployment/flux'],
          ImageSpec: '<all latest>',
          Kind: 'execute',
          Excludes: ['default:deployment/a', 'default:deployment/b'],
          Force: false,
        },
      },
    ]);
    expect(daemon.asked('/v6/sync').map(({ query }) => query)).toEqual([{ ref: revision }]);
  });

  it.each([
    ['--all --update-image=quay.io/a:1', { ServiceSpecs: ['<all>'], ImageSpec: 'quay.io/a:1' }],
    ['--all --workload=? --update-image=a:1', { ServiceSpecs: ['<all>'] }],
    ['--all --update-image=a:1@sha256:0', { ImageSpec: 'a@sha256:0' }],
    ['--all --update-image=a:1', { Excludes: null, Force: false, Kind: 'execute' }],
    [
      '-n x --workload=deployment/b,y:deployment/c -i a:1',
      { ServiceSpecs: ['x:deployment/b', 'y:deployment/c'] },
    ],
    ['--workload=a:b/c -f -i a:1', { Force: true }],
  ])('of %s sends the spec %j', async (args, spec) => {
    await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [released(helloResult)] }));
    const run = await runFluxctl(['release', ...args.split(' '), '--user=u', '--url', daemon.url]);
    expect(run.stderr).toBe(
      lines('Submitting release ...', 'Commit pushed:\t33ce4e3', 'Commit applied:\t33ce4e3'),
    );
    const [seen] = daemon.asked('/v9/update-manifests');
    expect(body(seen?.body)).toMatchObject({ type: 'image', spec });
  });

  it('still knows --controller, in addition to --workload', async () => {
    await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [released(helloResult)] }));
    const args = ['--workload=a:b/c', '-c', 'a:b/d', '--update-all-images', '--user=u'];
    const run = await runFluxctl(['release', ...args, '--url', daemon.url]);
    expect(run.stderr.split('\n')[0]).toBe(
      'Flag --controller has been deprecated, changed to --workload, use that instead',
    );
    expect(body(daemon.asked('/v9/update-manifests')[0]?.body)).toMatchObject({
      spec: { ServiceSpecs: ['a:b/c', 'a:b/d'] },
    });
  });

  it.each([
    ['--all -i a:1', 'Warning: --force will not ignore locked workloads when used with --all'],
    [
      '--workload=a:b/c --update-all-images',
      'Warning: --force will not ignore container image tags when used with --update-all-images',
    ],
  ])('warns of --force with %s', async (args, warning) => {
    await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [released(undefined)] }));
    const run = await runFluxctl(['release', '--force', '--user=u', ...args.split(' '), '--url', daemon.url]);
    expect(run.stderr).toBe(
      lines(warning, 'Submitting release ...', 'Commit pushed:\t33ce4e3', 'Nothing to do'),
    );
    expect(run.code).toBe(0);
    expect(daemon.asked('/v6/sync')).toEqual([]);
  });

  it('[cli 29] only looks, as a dry run', async () => {
    await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [planned(mixedResult)] }));
    const run = await runFluxctl([
      'release',
      '--all',
      '--update-image=alpine:3',
      '--dry-run',
      '-vv',
      '--url',
      daemon.url,
    ]);
    expect(run).toEqual({
      stdout: lines(
        'WORKLOAD                       STATUS   UPDATES',
        'default:deployment/bad         failed   boom',
        'default:deployment/helloworld  success  helloworld: quay.io/weaveworks/helloworld:master-a000001 -> master-9a16ff945b9e',
        '                                        sidecar: quay.io/weaveworks/sidecar:master-a000001 -> master-a000002',
        'default:deployment/locked      skipped  locked',
        'kube-system:deployment/dns     ignored  does not use image(s)',
      ),
      stderr: 'Submitting dry-run release ...\n',
      code: 0,
    });
    expect(body(daemon.asked('/v9/update-manifests')[0]?.body)).toMatchObject({ spec: { Kind: 'plan' } });
    expect(daemon.asked('/v6/sync')).toEqual([]);
  });

  it('[cli 30] does not fail when the commit takes its time to be applied', async () => {
    await using daemon = await startMockDaemon(
      releaseScript({ 'GET /v6/jobs': [released(mixedResult)], 'GET /v6/sync': [{ json: [revision] }] }),
    );
    const run = await runFluxctl([...releaseAll, '--timeout=2s', '--url', daemon.url]);
    expect(run.stdout).toContain('WORKLOAD ');
    expect(run.stderr).toBe(lines('Submitting release ...', 'Commit pushed:\t33ce4e3') + noticeB);
    expect(run.code).toBe(0);
    expect(daemon.asked('/v6/sync')).toHaveLength(2);
  });

  it('[cli 31] fails without further words when the job takes too long', async () => {
    await using daemon = await startMockDaemon(
      releaseScript({ 'GET /v6/jobs': [job({ StatusString: 'queued' })] }),
    );
    const run = await runFluxctl([...releaseAll, '--timeout=1s', '--url', daemon.url]);
    const stderr = lines('Submitting release ...', 'Error: timeout') + hint('release');
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
    expect(daemon.asked('/v6/jobs')).toHaveLength(4);
  });

  it('says what the daemon is doing when it takes too long, where it tells', async () => {
    const status = {
      json: { version: '1', sources: [], queue: { length: 2, running: 'j0' }, rollouts: [] },
    };
    await using daemon = await startMockDaemon(
      releaseScript({ 'GET /v6/jobs': [job({ StatusString: 'queued' })], 'GET /v12/status': [status] }),
    );
    const run = await runFluxctl([...releaseAll, '--timeout=300ms', '--url', daemon.url]);
    const doing = 'The daemon is still at work: running job j0, 2 more waiting';
    expect(run.stderr).toBe(lines('Submitting release ...', doing, 'Error: timeout') + hint('release'));
  });
});

describe('a release that the daemon cannot do', () => {
  const Err = 'no changes made in repo';
  const upToDate = { Status: 'skipped', Error: 'image(s) up to date', PerContainer: null } as const;
  const failing = (result?: Parameters<typeof planned>[0]) =>
    releaseScript({
      'GET /v6/jobs': [job({ StatusString: 'failed', Err, Result: result ? { result } : {} })],
    });
  const ending = `Error: ${Err}\n${hint('release')}`;

  it('is told in the words of a daemon of Flux v1, which says no more', async () => {
    await using daemon = await startMockDaemon(failing());
    const run = await runFluxctl([...releaseAll, '--url', daemon.url]);
    expect(run).toEqual({ stdout: '', stderr: `Submitting release ...\n${ending}`, code: 1 });
  });

  it('is explained for each workload that was named', async () => {
    const excluded = { Status: 'ignored', Error: 'not included', PerContainer: null } as const;
    const result = {
      'a:deployment/one': upToDate,
      'a:deployment/two': { ...excluded, Error: 'does not use image(s)' },
      'a:deployment/else': excluded,
    };
    await using daemon = await startMockDaemon(failing(result));
    const named = '--workload=a:deployment/one,a:deployment/two';
    const run = await runFluxctl(['release', named, '--update-all-images', '--user=u', '--url', daemon.url]);
    const table = lines(
      'Submitting release ...',
      'WORKLOAD          STATUS   UPDATES',
      'a:deployment/one  skipped  image(s) up to date',
      'a:deployment/two  ignored  does not use image(s)',
      'Not shown: 1 ignored; -v shows what was skipped, -vv all.',
    );
    expect(run).toEqual({ stdout: '', stderr: table + ending, code: 1 });
  });

  it('of all workloads is summed up, and explained with -v', async () => {
    const result = { 'a:b/c': upToDate, 'a:b/d': upToDate, ...mixedResult };
    await using daemon = await startMockDaemon(failing(result));
    const short = await runFluxctl([...releaseAll, '--url', daemon.url]);
    expect(short.stderr).toContain('\ndefault:deployment/bad         failed   boom\n');
    expect(short.stderr).toContain(
      '\nNot shown: 1 ignored, 3 skipped; -v shows what was skipped, -vv all.\n',
    );
    const long = await runFluxctl([...releaseAll, '-v', '--url', daemon.url]);
    expect(long.stderr).toContain('\na:b/d                          skipped  image(s) up to date\n');
    expect(long.stderr).toContain('\nNot shown: 1 ignored; ');
  });
});
