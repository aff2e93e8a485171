import type { Container, ImageStatus } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { container, workload } from './support/answers.ts';
import { type MockDaemon, startMockDaemon } from './support/mock-daemon.ts';
import { hint, type Run, runFluxctl } from './support/run-fluxctl.ts';

const lines = (...texts: string[]): string => texts.map((line) => `${line}\n`).join('');

function listing(json: unknown) {
  return startMockDaemon({ 'GET /v10/images': [{ json }] });
}

function ask(daemon: MockDaemon, ...args: string[]): Promise<Run> {
  return runFluxctl(['list-images', '--url', daemon.url, ...args]);
}

/** A container, and the tags that there are for its image; behind a `@` the time of their build. */
function images(name: string, current: string, ...available: string[]): Container {
  const repository = current.replace(/[:@].*/, '');
  return {
    ...container(name, current),
    ...(available.length === 0
      ? {}
      : {
          Available: available.map((text) => {
            const [tag, CreatedAt = ''] = text.split('@');
            return { ID: `${repository}:${tag}`, Labels: {}, ...(CreatedAt ? { CreatedAt } : {}) };
          }),
          AvailableImagesCount: available.length,
        }),
  };
}

function status(ID: string, ...Containers: Container[]): ImageStatus {
  return { ID, Containers };
}

/** The sample of the reference. */
const sample = status(
  'default:deployment/helloworld',
  images(
    'helloworld',
    'quay.io/weaveworks/helloworld:master-a000001',
    'master-9a16ff945b9e@2016-07-20T13:19:17.182Z',
    'master-a000002@2016-07-12T17:17:00Z',
    'master-a000001@2016-07-12T17:16:00Z',
    'master-a000000@2016-07-12T17:15:00Z',
  ),
  images('sidecar', 'quay.io/weaveworks/sidecar:master-a000002'),
);

const sidecar = [
  '                               sidecar     quay.io/weaveworks/sidecar     image data not available',
  "                                           '-> master-a000002             ?",
];

describe('list-images', () => {
  it('shows the sample of the reference, byte for byte', async () => {
    await using daemon = await listing([sample]);
    const run = await ask(daemon, '-w', 'deployment/helloworld');
    expect(run).toEqual({
      stdout: lines(
        'WORKLOAD                       CONTAINER   IMAGE                          CREATED',
        'default:deployment/helloworld  helloworld  quay.io/weaveworks/helloworld  ',
        '                                           |   master-9a16ff945b9e        20 Jul 16 13:19 UTC',
        '                                           |   master-a000002             12 Jul 16 17:17 UTC',
        "                                           '-> master-a000001             12 Jul 16 17:16 UTC",
        '                                               master-a000000             12 Jul 16 17:15 UTC',
        ...sidecar,
      ),
      stderr: '',
      code: 0,
    });
    expect(daemon.requests.map(({ query }) => query)).toEqual([
      { containerFields: '', namespace: '', service: 'default:deployment/helloworld' },
    ]);
  });

  it('[cli 13] shows the current image beyond the limit, and how many are left out before it', async () => {
    await using daemon = await listing([sample]);
    const run = await ask(daemon, '-w', 'deployment/helloworld', '-l', '1');
    expect(run.stdout).toBe(
      lines(
        'WORKLOAD                       CONTAINER   IMAGE                          CREATED',
        'default:deployment/helloworld  helloworld  quay.io/weaveworks/helloworld  ',
        '                                           |   master-9a16ff945b9e        20 Jul 16 13:19 UTC',
        '                                           : (1 image(s) omitted)         ',
        "                                           '-> master-a000001             12 Jul 16 17:16 UTC",
        ...sidecar,
      ),
    );
  });

  it('[cli 14] shows a current image that is not available at the end', async () => {
    await using daemon = await listing([
      status('a:deployment/b', images('c', 'alpine:9.9', '3.10', '3.9@2020-01-01T12:00:00+02:00')),
    ]);
    const run = await ask(daemon);
    expect(run.stdout).toBe(
      lines(
        'WORKLOAD        CONTAINER  IMAGE     CREATED',
        'a:deployment/b  c          alpine    ',
        '                           |   3.10  ',
        '                           |   3.9   01 Jan 20 12:00 +0200',
        "                           '-> 9.9   ?",
      ),
    );
  });

  it('[cli 15] refuses a limit below 0 with JSON, after the request; a table shows all', async () => {
    await using daemon = await listing([sample]);
    const json = await ask(daemon, '-o', 'json', '-l', '-1');
    const stderr = `Error: opts.limit cannot be less than 0\n${hint('list-images')}`;
    expect(json).toEqual({ stdout: '', stderr, code: 1 });
    expect(daemon.requests).toHaveLength(1);
    const [all, none] = [await ask(daemon, '--limit=-1'), await ask(daemon, '--limit=0')];
    expect(all.stdout).toContain('master-a000000');
    expect(all.stdout).toBe(none.stdout);
  });

  it('cuts what is available in JSON, and leaves the counts', async () => {
    await using daemon = await listing([sample]);
    const run = await ask(daemon, '-o', 'json', '-l', '1');
    expect(run.stdout).toBe(
      `${[
        '[{"ID":"default:deployment/helloworld","Containers":[{"Name":"helloworld",',
        '"Current":{"ID":"quay.io/weaveworks/helloworld:master-a000001","Labels":{}},"LatestFiltered":{"ID":"","Labels":{}},',
        '"Available":[{"ID":"quay.io/weaveworks/helloworld:master-9a16ff945b9e","Labels":{},"CreatedAt":"2016-07-20T13:19:17.182Z"}],',
        '"AvailableImagesCount":4},',
        '{"Name":"sidecar","Current":{"ID":"quay.io/weaveworks/sidecar:master-a000002","Labels":{}},"LatestFiltered":{"ID":"","Labels":{}}}]}]',
      ].join('')}\n`,
    );
  });

  it('writes null, and a workload without containers, as the daemon does', async () => {
    await using empty = await listing(null);
    expect((await ask(empty, '-o', 'json')).stdout).toBe('null\n');
    expect((await ask(empty)).stdout).toBe('WORKLOAD  CONTAINER  IMAGE  CREATED\n');
    await using daemon = await listing([{ ID: 'a:helmrelease/b', Containers: null }]);
    expect((await ask(daemon, '-o', 'json')).stdout).toBe('[{"ID":"a:helmrelease/b","Containers":null}]\n');
    expect((await ask(daemon, '--no-headers')).stdout).toBe('a:helmrelease/b      \n');
  });

  it.each([
    [[], { namespace: 'default', service: '<all>' }],
    [['-n', 'x'], { namespace: 'x', service: '<all>' }],
    [['-a', '-n', 'x'], { namespace: '', service: '<all>' }],
    [['-n', 'x', '-w', 'deployment/b'], { namespace: '', service: 'x:deployment/b' }],
    [['-n', 'x', '-c', 'a:deployment/b'], { namespace: '', service: 'a:deployment/b' }],
  ])('with %j asks for %j', async (flags, scope) => {
    await using daemon = await listing(null);
    expect((await ask(daemon, ...flags)).code).toBe(0);
    expect(daemon.requests.map(({ query }) => query)).toEqual([{ containerFields: '', ...scope }]);
  });

  it.each([
    [['x', '-o', 'yaml'], 'expected no (non-flag) arguments'],
    [['-o', 'yaml', '-w', 'x', '-c', 'x'], 'invalid output format specified'],
    [['-w', 'x', '-c', 'x'], "can't specify both the controller and image"],
    [['-w', 'x'], 'parsing x: invalid service ID'],
  ])('refuses %j', async (args, text) => {
    const run = await runFluxctl(['list-images', ...args]);
    expect(run.stderr.endsWith(`Error: ${text}\n${hint('list-images')}`)).toBe(true);
    expect(run.code).toBe(1);
  });

  it('says that there is no such workload', async () => {
    await using daemon = await listing(null);
    const run = await ask(daemon, '-w', 'a:deployment/b');
    expect(run.stderr).toBe(
      'The cluster has no workload a:deployment/b; --all-namespaces lists those of all.\n',
    );
    expect(run.code).toBe(0);
  });
});

describe('what Flux v1 does not show', () => {
  it('is the image that was not scanned, and why', async () => {
    const error = 'image data not available, last error: x.io wants a login';
    await using daemon = await listing([
      status('a:deployment/b', { ...images('c', 'x.io/c:1'), AvailableError: error }),
    ]);
    expect((await ask(daemon, '--no-headers')).stdout).toBe(
      lines(`a:deployment/b  c  x.io/c  ${error}`, "                   '-> 1   ?"),
    );
  });

  it('is asked for of a daemon of Flux v1, which sends no image in its place', async () => {
    await using daemon = await startMockDaemon({
      'GET /v10/images': [{ json: [status('a:deployment/b', container('c', ''), container('d', ''))] }],
      'GET /v6/services': [
        { json: [workload('a:deployment/b', { Containers: [container('c', 'x.io/c:1')] })] },
      ],
    });
    expect((await ask(daemon, '--no-headers', '-n', 'a')).stdout).toBe(
      lines(
        'a:deployment/b  c  x.io/c          image data not available',
        "                   '-> 1           ?",
        '                d                  image data not available',
        "                   '-> (untagged)  ?",
      ),
    );
    expect(daemon.asked('/v6/services').map(({ query }) => query)).toEqual([{ namespace: 'a' }]);
  });

  const [digest, short] = ['0123456789abcdef'.repeat(4), '0123456789ab'];
  it.each([
    [`x:2@sha256:${digest}`, ['|   3', ': (1 image(s) omitted)', "'-> 2"]],
    [`x@sha256:${digest}`, ['|   3', `'-> @sha256:${short}`]],
  ])('is the arrow at an image with a digest: %s', async (current, expected) => {
    await using daemon = await listing([status('a:deployment/b', images('c', current, '3', '2.5', '2'))]);
    const run = await ask(daemon, '--no-headers', '-l', '1');
    const cells = run.stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.slice(19).replace(/ {2,}\S*$/, ''));
    expect(cells).toEqual(expected);
  });

  it('is the tag that a digest belongs to', async () => {
    const two = { ID: 'x:2', Labels: {}, Digest: `sha256:${digest}` };
    await using daemon = await listing([
      status('a:deployment/b', { ...container('c', `x@sha256:${digest}`), Available: [two] }),
    ]);
    expect((await ask(daemon, '--no-headers')).stdout).toContain("'-> 2");
  });

  it('is the filter, with -o wide', async () => {
    const policies = { 'tag.c': 'semver:~1' };
    await using daemon = await startMockDaemon({
      'GET /v10/images': [
        { json: [status('a:deployment/b', images('c', 'x:1.0', '2.0', '1.1', '1.0'), images('d', 'y:1'))] },
      ],
      'GET /v11/services': [{ json: [workload('a:deployment/b', { Policies: policies })] }],
    });
    expect((await ask(daemon, '-o', 'wide', '-w', 'a:deployment/b', '-l1')).stdout).toBe(
      lines(
        'WORKLOAD        CONTAINER  IMAGE                   CREATED                   FILTER',
        'a:deployment/b  c          x                                                 semver:~1',
        '                           |   2.0                                           does not match',
        '                           : (1 image(s) omitted)                            ',
        "                           '-> 1.0                                           ",
        '                d          y                       image data not available  glob:*',
        "                           '-> 1                   ?                         ",
      ),
    );
  });
});
