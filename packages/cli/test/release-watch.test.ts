import type { Rollout, RolloutRecord } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { container, revision, workload } from './support/answers.ts';
import { type Script, startMockDaemon } from './support/mock-daemon.ts';
import { hello, helloUpdates, mixedResult, released, releaseScript } from './support/release-answers.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');
const opening = ['Submitting release ...', 'Commit pushed:\t33ce4e3', 'Commit applied:\t33ce4e3'];
const monitoring = [...opening, 'Monitoring rollout ...'];

const [first, second] = helloUpdates;
const Containers = [container('helloworld', first.Target), container('sidecar', second.Target)];

function seen(Status: string, rollout: Partial<Rollout>, id = hello): ReturnType<typeof workload> {
  const counts = { Desired: 2, Updated: 2, Ready: 2, Available: 2, Outdated: 0, Messages: null };
  return workload(id, { Status, Containers, Rollout: { ...counts, ...rollout } });
}
const updating = { json: [seen('updating', { Updated: 1, Ready: 1, Outdated: 1 })] };
const ready = { json: [seen('ready', {})] };

const watched = (script: Script) =>
  startMockDaemon(releaseScript({ 'GET /v6/jobs': [released(mixedResult)], ...script }));
const release = (url: string, ...args: string[]) =>
  runFluxctl(['release', '--all', '--update-image=a:1', '--user=u', '-w', ...args, '--url', url]);

describe('release --watch', () => {
  it('[cli 34] prints tables until all workloads are ready', async () => {
    await using daemon = await watched({ 'GET /v11/services': [updating, ready] });
    const run = await release(daemon.url);
    const [, ...tables] = run.stdout.split(/(?<=\n)(?=WORKLOAD)/);
    expect(tables).toEqual([
      lines(
        'WORKLOAD                       CONTAINER   IMAGE                                              RELEASE   REPLICAS',
        'default:deployment/helloworld  helloworld  quay.io/weaveworks/helloworld:master-9a16ff945b9e  updating  1/2',
        '                               sidecar     quay.io/weaveworks/sidecar:master-a000002                    ',
        '',
      ),
      lines(
        'WORKLOAD                       CONTAINER   IMAGE                                              RELEASE  REPLICAS',
        'default:deployment/helloworld  helloworld  quay.io/weaveworks/helloworld:master-9a16ff945b9e  ready    2/2',
        '                               sidecar     quay.io/weaveworks/sidecar:master-a000002                   ',
        '',
      ),
    ]);
    expect(run.stderr).toBe(lines(...monitoring, 'All workloads ready.'));
    expect(run.code).toBe(0);
    const queries = daemon.asked('/v11/services').map(({ query }) => query);
    expect(queries).toEqual([
      { namespace: '', services: hello },
      { namespace: '', services: hello },
    ]);
  });

  it('shows more with -v', async () => {
    await using daemon = await watched({ 'GET /v11/services': [ready] });
    const run = await release(daemon.url, '-v');
    expect(run.stdout).toContain(' ready    2/2 (0 outdated, 2 ready)\n');
  });

  it('fails when a rollout fails, in the words of the cluster', async () => {
    const Messages = ['deadline exceeded', 'image cannot be pulled'];
    await using daemon = await watched({ 'GET /v11/services': [{ json: [seen('error', { Messages })] }] });
    const run = await release(daemon.url);
    expect(run.stderr).toBe(
      lines(
        ...monitoring,
        `There was a problem releasing ${hello}:`,
        ...Messages,
        `Error: the rollout of ${hello} failed`,
      ) + hint('release'),
    );
    expect(run.code).toBe(1);
  });

  it('does not take what is said of the definition before for a failure', async () => {
    const started = { json: [seen('started', { Messages: ['deadline exceeded'] })] };
    await using daemon = await watched({ 'GET /v11/services': [started, ready] });
    const run = await release(daemon.url);
    expect(run.stderr).toBe(lines(...monitoring, 'All workloads ready.'));
  });

  it('gives up when nothing changes for as long as --timeout, and says what is not ready', async () => {
    const result = { [hello]: mixedResult[hello], 'a:deployment/gone': mixedResult[hello] };
    await using daemon = await watched({
      'GET /v6/jobs': [released(result as typeof mixedResult)],
      'GET /v11/services': [{ json: [seen('updating', { Updated: 0 })] }, updating],
    });
    const run = await release(daemon.url, '--timeout=3s');
    expect(run.stderr).toBe(
      lines(
        ...monitoring,
        'Nothing changes any more, and these are not ready:',
        '  a:deployment/gone: not in the cluster',
        `  ${hello}: updating`,
        'Error: timeout',
      ) + hint('release'),
    );
    expect(run.code).toBe(1);
    expect(daemon.asked('/v11/services').length).toBe(3);
  });

  it('watches nothing when nothing was released, and not everything', async () => {
    const { [hello]: _, ...others } = mixedResult;
    await using daemon = await watched({ 'GET /v6/jobs': [released(others)] });
    const run = await release(daemon.url);
    expect(run.stderr).toBe(lines(...opening, 'No workload was released: there is no rollout to watch.'));
    expect(run.code).toBe(0);
    expect(daemon.asked('/v11/services')).toEqual([]);
  });

  it('does not take what runs for what was released', async () => {
    await using daemon = await watched({
      'GET /v6/sync': [{ json: [revision] }],
      'GET /v11/services': [ready],
    });
    const run = await release(daemon.url, '--timeout=1s');
    expect(run.stderr.endsWith(`before the commit is applied\n${hint('release')}`)).toBe(true);
    expect(run.code).toBe(1);
    expect(daemon.asked('/v11/services')).toEqual([]);
  });

  it('fails when the daemon cannot be asked any more', async () => {
    await using daemon = await watched({
      'GET /v11/services': [updating, { status: 500, type: 'text/plain', body: 'boom' }],
    });
    const run = await release(daemon.url);
    expect(run.stderr).toContain('Error: executing HTTP request: 500 Internal Server Error boom\n');
    expect(run.code).toBe(1);
  });
});

describe('release --watch with a daemon that follows rollouts itself', () => {
  const of = (given: Partial<RolloutRecord>) => ({
    json: {
      version: '1',
      sources: [],
      queue: { length: 0, running: '' },
      rollouts: [
        {
          workload: hello,
          revision,
          images: helloUpdates,
          startedAt: '2026-01-01T00:00:00Z',
          endedAt: '',
          outcome: 'progressing',
          message: '',
          rollback: '',
          ...given,
        },
      ],
    },
  });

  it('waits until it says that the pods stay ready', async () => {
    await using daemon = await watched({
      'GET /v11/services': [ready],
      'GET /v12/status': [of({}), of({ outcome: 'succeeded' })],
    });
    const run = await release(daemon.url, '--timeout=1s');
    expect(run.stderr).toBe(lines(...monitoring, 'All workloads ready.'));
    expect(daemon.asked('/v11/services')).toHaveLength(2);
  });

  it.each([
    [{ outcome: 'failed', message: 'pod x: crashes' }, ['pod x: crashes']],
    [
      { outcome: 'failed', message: 'pod x: crashes', rollback: 'b'.repeat(40) },
      ['pod x: crashes', 'rolled back by bbbbbbb'],
    ],
    [{ outcome: 'superseded', message: 'by 1234567' }, ['superseded by 1234567']],
  ] as const)('fails with what it says: %j', async (record, told) => {
    await using daemon = await watched({ 'GET /v11/services': [ready], 'GET /v12/status': [of(record)] });
    const run = await release(daemon.url);
    const problem = `There was a problem releasing ${hello}:`;
    const error = `Error: the rollout of ${hello} failed`;
    expect(run.stderr).toBe(lines(...monitoring, problem, ...told, error) + hint('release'));
    expect(run.code).toBe(1);
  });

  it('says what is awaited when it gives up', async () => {
    await using daemon = await watched({
      'GET /v11/services': [updating],
      'GET /v12/status': [of({ message: 'pod x: image cannot be pulled' })],
    });
    const run = await release(daemon.url, '--timeout=1s');
    expect(run.stderr).toContain(`\n  ${hello}: updating: pod x: image cannot be pulled\nError: timeout\n`);
  });

  it('does not look at other releases', async () => {
    await using daemon = await watched({
      'GET /v11/services': [ready],
      'GET /v12/status': [of({ outcome: 'failed', revision: 'a'.repeat(40) })],
    });
    expect((await release(daemon.url)).code).toBe(0);
  });
});
