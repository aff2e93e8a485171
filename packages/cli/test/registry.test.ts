import type { RepositoryScan } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { startMockDaemon } from './support/mock-daemon.ts';
import { hint, type Run, runFluxctl } from './support/run-fluxctl.ts';

/** From now, in seconds. */
function at(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

function scan(repository: string, given: Partial<RepositoryScan> = {}): RepositoryScan {
  return {
    repository,
    lastScan: '',
    nextScan: '',
    tags: 0,
    images: 0,
    error: '',
    help: '',
    quota: null,
    ...given,
  };
}

async function show(json: unknown, ...args: string[]): Promise<Run> {
  await using daemon = await startMockDaemon({ 'GET /v12/registry': [{ json }] });
  return await runFluxctl(['registry', '--url', daemon.url, ...args]);
}

describe('registry', () => {
  const refused = {
    error: 'quay.io refuses the login',
    help: 'Give the workload a pull secret,\nor fluxd a --docker-config.\n',
  };
  const repositories = [
    scan('index.docker.io/library/alpine', {
      lastScan: at(-7200),
      nextScan: at(7210),
      tags: 120,
      images: 10,
      quota: { limit: 100, remaining: 76, window: 21_600 },
    }),
    scan('quay.io/b/new', { nextScan: at(-60) }),
    scan('quay.io/a/two', { ...refused, lastScan: at(-7200), nextScan: at(7210), tags: 3, images: 3 }),
    scan('quay.io/a/one', { ...refused, nextScan: at(-1), quota: { limit: 10, remaining: 0, window: 0 } }),
  ];

  it('puts what fails first, and says what helps, once for all with the same fault', async () => {
    const run = await show({ scanning: true, repositories });
    expect(run).toEqual({
      stdout: [
        'REPOSITORY                      STATE    TAGS  KNOWN  SCANNED  NEXT   QUOTA',
        'quay.io/a/one                   failed   0     0      never    now    0 of 10 left',
        'quay.io/a/two                   failed   3     3      2h ago   in 2h',
        'index.docker.io/library/alpine  ok       120   10     2h ago   in 2h  76 of 100 left in 6h',
        'quay.io/b/new                   waiting  0     0      never    now',
        '',
        'quay.io/a/one',
        'quay.io/a/two',
        '  quay.io refuses the login',
        '  Give the workload a pull secret,',
        '  or fluxd a --docker-config.',
        '',
      ].join('\n'),
      stderr: '',
      code: 0,
    });
    const bare = await show({ scanning: true, repositories }, '--no-headers');
    expect(bare.stdout.startsWith('quay.io/a/one ')).toBe(true);
  });

  it('says that nothing is scanned, or that there is nothing to scan', async () => {
    const off =
      'Image registries are not watched (--registry-disable-scanning): no image is updated by itself.\n';
    expect((await show({ scanning: false, repositories: [] })).stdout).toBe(off);
    const both = await show({ scanning: false, repositories: [scan('x.io/a')] });
    expect(both.stdout.startsWith(`${off}REPOSITORY`)).toBe(true);
    const none = await show({ scanning: true, repositories: [] });
    expect(none.stdout).toBe('The daemon knows of no image that workloads use.\n');
  });

  it('gives the daemon’s own JSON', async () => {
    const json = { scanning: true, repositories };
    const run = await show(json, '-o', 'json');
    expect(JSON.parse(run.stdout)).toEqual(json);
    expect(run.stdout.trimEnd()).not.toContain('\n');
  });

  it('is too much for a daemon of Flux v1', async () => {
    await using daemon = await startMockDaemon();
    expect(await runFluxctl(['registry', '--url', daemon.url])).toEqual({
      stdout: '',
      stderr: `fluxctl list-images shows which images it knows.\nError: this daemon is too old to tell how it watches registries\n${hint('registry')}`,
      code: 1,
    });
  });
});
