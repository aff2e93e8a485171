import type { Rollout } from '@fluxctl/shared/api/types';
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
