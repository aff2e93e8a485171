import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { job } from './support/answers.ts';
import { type MockDaemon, startMockDaemon } from './support/mock-daemon.ts';
import { helloworld, policyDone, queued, unchanged, updateScript } from './support/policy-answers.ts';
import { hint, type Run, type RunOptions, runFluxctl } from './support/run-fluxctl.ts';

const heading = 'WORKLOAD   STATUS   UPDATES\n';

function ask(daemon: MockDaemon, args: readonly string[], options?: RunOptions): Promise<Run> {
  return runFluxctl([...args, '--url', daemon.url], options);
}

/** The bodies of the updates that were sent. */
function sent(daemon: MockDaemon): unknown[] {
  return daemon.asked('/v9/update-manifests').map(({ body }) => JSON.parse(body));
}

/** What was asked for of the one workload. */
function change(daemon: MockDaemon): unknown {
  const [{ spec }] = sent(daemon) as [{ spec: Record<string, unknown> }];
  return Object.values(spec)[0];
}

const user = ['--user', 'u'];

describe('automate, deautomate, lock, unlock', () => {
  it('[cli 16] automate sends the policy, and waits for the job but not until it is applied', async () => {
    await using daemon = await startMockDaemon(updateScript(queued, queued, policyDone));
    const run = await ask(daemon, [
      'automate',
      ...['-w', 'deployment/helloworld', '--user', 'J <j@d>', '-m', 'hi'],
    ]);
    expect(run).toEqual({
      stdout: [
        'WORKLOAD                       STATUS   UPDATES\n',
        'default:deployment/helloworld  success  \n',
      ].join(''),
      stderr: 'Commit pushed:\t33ce4e3\n',
      code: 0,
    });
    expect(daemon.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v9/update-manifests',
      ...Array(3).fill('GET /v6/jobs'),
    ]);
    expect(daemon.asked('/v9/update-manifests')[0]?.body).toBe(
      `{"type":"policy","cause":{"Message":"hi","User":"J <j@d>"},"spec":{"${helloworld}":{"add":{"automated":"true"},"remove":{}}}}`,
    );
    expect(daemon.asked('/v6/jobs')[0]?.query).toEqual({ id: 'j1' });
  });

  it.each([
    [['--user', 'u'], { locked: 'true', locked_user: 'u', locked_msg: 'm' }],
    [['--user='], { locked: 'true' }],
  ])('[cli 17] lock with %j', async (flags, add) => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    const run = await ask(daemon, ['lock', '-w', 'a:b/c', '-m', 'm', ...flags]);
    expect(run.code).toBe(0);
    expect(change(daemon)).toEqual({ add, remove: {} });
  });

  it.each([
    ['deautomate', { automated: 'true' }],
    ['unlock', { locked: 'true', locked_msg: 'true', locked_user: 'true' }],
  ])('%s removes', async (command, remove) => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    expect((await ask(daemon, [command, '-w', 'a:b/c', ...user])).code).toBe(0);
    expect(change(daemon)).toEqual({ add: {}, remove });
  });

  it.each(['automate', 'deautomate', 'lock', 'unlock'])('[cli 18] %s needs a workload', async (command) => {
    const run = await runFluxctl([command]);
    const stderr = `Error: -w, --workload is required\n${hint(command)}`;
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
  });

  it.each([
    ['automate', 'the controller'],
    ['deautomate', 'a controller'],
    ['unlock', 'a controller'],
    ['lock', 'a controller'],
  ])(
    '%s refuses both names of the workload, before other words (v1: lock takes either)',
    async (command, both) => {
      const run = await runFluxctl([command, '-w', 'a:b/c', '-c', 'a:b/d', 'word']);
      const advice = 'Flag --controller has been deprecated, changed to --workload, use that instead\n';
      const stderr = `${advice}Error: can't specify both ${both} and workload\n${hint(command)}`;
      expect(run).toEqual({ stdout: '', stderr, code: 1 });
    },
  );

  it('takes the older name, with advice, and the namespace of the flag', async () => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    const run = await ask(daemon, ['lock', '-c', 'deployment/helloworld', '-n', 'x', '--user=']);
    expect(run.stderr).toContain('Flag --controller has been deprecated, changed to --workload');
    expect(sent(daemon)).toMatchObject([{ spec: { 'x:deployment/helloworld': {} } }]);
  });

  it('refuses what is no workload', async () => {
    const run = await runFluxctl(['lock', '-w', 'nonsense']);
    const stderr = `Error: parsing nonsense: invalid service ID\n${hint('lock')}`;
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
  });
});

describe('what came of it', () => {
  const skipped = unchanged({ [helloworld]: { Status: 'skipped', PerContainer: null } });
  const ours = { 'GET /v12/status': [{ json: { sources: [] } }] };

  it('[cli 21] is a heading alone when nothing was to be done; stderr says so in words', async () => {
    await using daemon = await startMockDaemon({ ...updateScript(skipped), ...ours });
    const run = await ask(daemon, ['lock', '-w', 'deployment/helloworld', ...user]);
    const stderr = `Nothing to change: ${helloworld} is locked already.\n`;
    expect(run).toEqual({ stdout: heading, stderr, code: 0 });
  });

  it('[cli 21] shows what was skipped with -v', async () => {
    await using daemon = await startMockDaemon({ ...updateScript(skipped), ...ours });
    const run = await ask(daemon, ['lock', '-v', '-w', 'deployment/helloworld', ...user]);
    expect(run.stdout).toBe(
      [
        'WORKLOAD                       STATUS   UPDATES\n',
        'default:deployment/helloworld  skipped  \n',
      ].join(''),
    );
    expect(run.code).toBe(0);
  });

  it('leaves the doubt that a daemon of Flux v1 leaves', async () => {
    await using daemon = await startMockDaemon(updateScript(skipped));
    const run = await ask(daemon, ['unlock', '-w', 'deployment/helloworld', ...user]);
    expect(run.stderr).toBe(
      `Nothing to change: ${helloworld} is not locked, or the repository does not define it: a daemon of Flux v1 does not tell.\n`,
    );
    expect(run.code).toBe(0);
  });

  it.each(['failed', 'skipped'] as const)(
    'is an error when nobody knows the workload (%s)',
    async (Status) => {
      const error = `resource ${helloworld} not found`;
      await using daemon = await startMockDaemon(
        updateScript(unchanged({ [helloworld]: { Status, Error: error, PerContainer: null } })),
      );
      const run = await ask(daemon, ['lock', '-w', 'deployment/helloworld', ...user]);
      expect(run.code).toBe(1);
      expect(run.stdout.startsWith('WORKLOAD')).toBe(true);
      expect(run.stderr).toMatch(/^The daemon changes what git defines, /);
      expect(run.stderr.endsWith(`Error: ${error}\n${hint('lock')}`)).toBe(true);
    },
  );

  it('[cli 22] is nothing to do where the daemon names no workload', async () => {
    await using daemon = await startMockDaemon(updateScript(unchanged(undefined)));
    const run = await ask(daemon, ['unlock', '-w', 'a:b/c', ...user]);
    expect(run).toEqual({ stdout: '', stderr: 'Nothing to do\n', code: 0 });
  });

  it('[cli 23] is not known when the time is over', async () => {
    await using daemon = await startMockDaemon(updateScript(queued));
    const run = await ask(daemon, ['lock', '-w', 'a:b/c', '--timeout', '1s', ...user]);
    const notice = [
      '',
      'We timed out waiting for the result of the operation. This does not',
      'necessarily mean it has failed. You can check the state of the',
      'cluster, or commit logs, to see if there was a result. In general, it',
      'is safe to retry operations.',
      'Error: timeout',
      hint('lock'),
    ].join('\n');
    expect(run).toEqual({ stdout: '', stderr: notice, code: 1 });
    // The fourth is due after 0.7 s; a busy machine may be late for it.
    expect([3, 4]).toContain(daemon.asked('/v6/jobs').length);
  });

  it('[cli 24] is the advice of the daemon', async () => {
    const body = JSON.stringify({ type: 'user', help: 'H\n', error: 'e' });
    await using daemon = await startMockDaemon({
      'POST /v9/update-manifests': [{ status: 422, type: 'application/json; charset=utf-8', body }],
    });
    const run = await ask(daemon, ['lock', '-w', 'a:b/c', ...user]);
    expect(run).toEqual({ stdout: '', stderr: '== Error ==\n\nH\n\n', code: 1 });
  });

  it('[cli 25] is what somebody else answered', async () => {
    await using daemon = await startMockDaemon({
      'POST /v9/update-manifests': [{ status: 500, type: 'text/plain', body: 'boom' }],
    });
    const run = await ask(daemon, ['lock', '-w', 'a:b/c', ...user]);
    const stderr = `Error: executing HTTP request: 500 Internal Server Error boom\n${hint('lock')}`;
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
  });

  it('[cli 26] is the error of the job', async () => {
    await using daemon = await startMockDaemon(
      updateScript(job({ StatusString: 'failed', Err: 'HEAD revision is unsigned' })),
    );
    const run = await ask(daemon, ['lock', '-w', 'a:b/c', ...user]);
    const stderr = `Error: HEAD revision is unsigned\n${hint('lock')}`;
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
  });
});

describe('policy', () => {
  it('[cli 19] sends patterns with their prefix, and removes those that are *', async () => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    const run = await ask(daemon, [
      ...['policy', '-w', 'a:b/c', '--tag-all=semver:~1', '--tag', 'x=*'],
      ...['--tag', 'y=regex:^x', '--tag', 'z=1.*', ...user],
    ]);
    expect(run.code).toBe(0);
    expect(change(daemon)).toEqual({
      add: { tag_all: 'semver:~1', 'tag.y': 'regexp:^x', 'tag.z': 'glob:1.*' },
      remove: { 'tag.x': 'true' },
    });
  });

  it.each([
    [['x'], 'expected no (non-flag) arguments'],
    [[], '-w, --workload is required'],
    [['-w', 'a:b/c', '-c', 'a:b/c'], "can't specify both the controller and workload"],
    [['-w', 'x', '--automate', '--deautomate'], 'automate and deautomate both specified'],
    [['-w', 'x', '--lock', '--unlock'], 'lock and unlock both specified'],
    [['-w', 'x', '--tag', 'foo'], 'parsing x: invalid service ID'],
    [
      ['-w', 'a:b/c', '--tag', 'foo'],
      `invalid container/tag pair: "foo". Expected format is 'container=filter'`,
    ],
    [
      ['-w', 'a:b/c', '--set', 'freeze'],
      "freeze needs a value, as --set 'freeze=Fri 16:00-Mon 08:00 Europe/Berlin'",
    ],
    [['-w', 'a:b/c', '--set', 'freeze='], 'freeze needs a value; --unset freeze takes it away'],
    [['-w', 'a:b/c', '--set', 'order=semver'], 'order is for one container: write order.CONTAINER'],
    [['-w', 'a:b/c', '--unset', 'freeze.x'], 'freeze is for the whole workload: write it without .x'],
    [['-w', 'a:b/c', '--set', 'freeze=x', '--unset', 'freeze'], 'freeze is both set and unset'],
    [
      ['-w', 'a:b/c', '--set', 'constructor=x'],
      'there is no policy "constructor"; there are order.C, pin.C, min-age.C, hold.C, freeze, allow-downgrade, rollback, automated, locked, locked_user, locked_msg, ignore, tag.C',
    ],
  ])('[cli 20] refuses %j', async (args, text) => {
    const run = await runFluxctl(['policy', ...args]);
    expect(run.stdout).toBe('');
    expect(run.stderr.endsWith(`Error: ${text}\n${hint('policy')}`)).toBe(true);
    expect(run.code).toBe(1);
  });

  it('takes what Flux v1 could not: = and , in patterns', async () => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    await ask(daemon, [
      ...['policy', '-w', 'a:b/c', '--tag', 'foo=semver:>=1.2, <2', '--tag', 'bar=regexp:^a{1,2}$'],
      ...['--tag', 'a=x,b=y', ...user],
    ]);
    expect(change(daemon)).toEqual({
      add: {
        'tag.foo': 'semver:>=1.2, <2',
        'tag.bar': 'regexp:^a{1,2}$',
        'tag.a': 'glob:x',
        'tag.b': 'glob:y',
      },
      remove: {},
    });
  });

  it('does everything at once, with policies that Flux v1 has not', async () => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    await ask(daemon, [
      ...['policy', '-w', 'a:b/c', '--automate', '--lock', '-m', 'm', ...user],
      ...['--set', 'order.c=numeric', '--set', 'hold.c=1,2=x', '--unset', 'min-age.c', '--unset=freeze'],
    ]);
    expect(change(daemon)).toEqual({
      add: {
        automated: 'true',
        locked: 'true',
        locked_user: 'u',
        locked_msg: 'm',
        'order.c': 'numeric',
        'hold.c': '1,2=x',
      },
      remove: { 'min-age.c': 'true', freeze: 'true' },
    });
  });

  it('asks for nothing when nothing is asked for, as in Flux v1', async () => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    expect((await ask(daemon, ['policy', '-w', 'a:b/c', '--deautomate', '--unlock', '--user='])).code).toBe(
      0,
    );
    expect((await ask(daemon, ['policy', '-w', 'a:b/c', '--user='])).code).toBe(0);
    expect(sent(daemon)).toMatchObject([
      { spec: { 'a:b/c': { add: {}, remove: { automated: 'true', locked: 'true' } } } },
      { spec: { 'a:b/c': { add: {}, remove: {} } } },
    ]);
  });
});

describe('who does it', () => {
  it.each([
    ['[user]\nname = Ann Lee\nemail = ann@example.com\n', 'Ann Lee <ann@example.com>'],
    ['[user]\nname = A\nname = Ann\n', 'Ann'],
    ['[user]\nemail = ann@example.com\n', 'ann@example.com'],
    ['', ''],
    ['[broken\n', ''],
  ])('is asked of git: %j', async (config, expected) => {
    const home = await mkdtemp(join(tmpdir(), 'fluxctl-git-home-'));
    await writeFile(join(home, '.gitconfig'), config);
    await using daemon = await startMockDaemon(updateScript(policyDone));
    await ask(daemon, ['automate', '-w', 'a:b/c'], { env: { HOME: home }, cwd: home });
    await rm(home, { recursive: true });
    expect(sent(daemon)).toMatchObject([{ cause: { Message: '', User: expected } }]);
  });

  it.each([
    [['automate', '-w', 'a:b/c'], 1],
    [['policy', '-w', 'a:b/c', '--user', 'u'], 0],
    [['list-workloads'], 0],
  ])('costs %j %i processes of git', async (args, count) => {
    const folder = await mkdtemp(join(tmpdir(), 'fluxctl-counting-git-'));
    const git = join(folder, 'git');
    const calls = join(folder, 'calls');
    await writeFile(git, `#!/bin/sh\necho "$@" >>'${calls}'\n`);
    await chmod(git, 0o755);
    await writeFile(calls, '');
    await using daemon = await startMockDaemon({
      ...updateScript(policyDone),
      'GET /v6/services': [{ json: null }],
    });
    const run = await ask(daemon, args, { env: { PATH: `${folder}:${process.env.PATH}` } });
    expect(run.code).toBe(0);
    expect((await readFile(calls, 'utf8')).split('\n')).toHaveLength(count + 1);
    await rm(folder, { recursive: true });
  });

  it('is nobody where there is no git', async () => {
    await using daemon = await startMockDaemon(updateScript(policyDone));
    const run = await ask(daemon, ['automate', '-w', 'a:b/c'], { env: { PATH: '/nowhere' } });
    expect(run.code).toBe(0);
    expect(sent(daemon)).toMatchObject([{ cause: { Message: '', User: '' } }]);
  });
});
