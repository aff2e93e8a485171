import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { job, revision } from './support/answers.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { runInPty } from './support/pty.ts';
import { hello, helloResult, helloUpdates, planned, releaseScript } from './support/release-answers.ts';
import {
  app,
  appId,
  apps,
  checkedOf,
  cursorOf,
  footer,
  keys,
  menuDaemon,
  openMenu,
  submitted,
} from './support/release-menu.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const heading = '    WORKLOAD                       STATUS   UPDATES';
const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');
const [helloworld, sidecar] = helloUpdates;

describe('the menu of release --interactive', () => {
  it('[cli 32] releases what is checked', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon);
    const rows = [
      '⇒ ◉ default:deployment/helloworld  success  helloworld: quay.io/weaveworks/helloworld:master-a000001 -> master-9a16ff945b9e',
      '  ◉                                         sidecar: quay.io/weaveworks/sidecar:master-a000001 -> master-a000002',
    ];
    expect(run.screen()).toEqual([heading, ...rows, '', footer]);
    expect(run.cursorIsVisible()).toBe(false);
    run.press('j ');
    const toggled = await run.waitFor(
      'the second row unchecked',
      ([, , row]) => row?.startsWith('⇒ ◯') ?? false,
    );
    expect(checkedOf(toggled)).toEqual([rows[0]?.slice(4)]);
    run.press(keys.enter);
    expect(await run.ended()).toBe(0);
    expect(run.cursorIsVisible()).toBe(true);
    expect(submitted(daemon)).toEqual([
      {
        type: 'containers',
        cause: { Message: '', User: 'u' },
        spec: {
          Kind: 'execute',
          ContainerSpecs: { [hello]: [helloworld] },
          SkipMismatches: false,
          Force: false,
        },
      },
    ]);
    expect(await run.file('err.txt')).toBe(
      lines(
        'Submitting dry-run release ...',
        'Submitting selected release ...',
        'Commit pushed:\t33ce4e3',
        'Commit applied:\t33ce4e3',
      ),
    );
    expect(run.screen().slice(4, 8)).toEqual([
      footer,
      '',
      'WORKLOAD                       STATUS   UPDATES',
      'default:deployment/helloworld  success  helloworld: quay.io/weaveworks/helloworld:master-a000001 -> master-9a16ff945b9e',
    ]);
  });

  it.each([
    ['q', 'q'],
    ['Esc', keys.escape],
    ['Ctrl-C', keys.controlC],
  ])(
    '[cli 33] releases nothing when it is left with %s, and leaves the terminal as it was',
    async (_, key) => {
      await using daemon = await menuDaemon(helloResult);
      await using run = await openMenu(daemon, {
        shell: 'stty -g >before; "$@" 2>err.txt; echo $? >code; stty -g >after',
      });
      run.press(key);
      await run.ended();
      expect(await run.file('code')).toBe('0\n');
      expect(await run.file('err.txt')).toBe(lines('Submitting dry-run release ...', 'Aborted.'));
      expect(submitted(daemon)).toEqual([]);
      expect(run.cursorIsVisible()).toBe(true);
      expect(await run.file('after')).toBe(await run.file('before'));
    },
  );

  it('[cli 33] is not shown when there is nothing to choose', async () => {
    const upToDate = { Status: 'skipped', Error: 'image(s) up to date', PerContainer: null } as const;
    for (const plan of [{}, { [hello]: upToDate }]) {
      await using daemon = await menuDaemon(plan);
      const run = await runFluxctl([
        'release',
        '--all',
        '--update-all-images',
        '--interactive',
        '--url',
        daemon.url,
      ]);
      expect(run).toEqual({
        stdout: '',
        stderr: lines('Submitting dry-run release ...', 'No changes found.'),
        code: 0,
      });
      expect(submitted(daemon)).toEqual([]);
    }
  });

  it('says so when nothing is checked', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon);
    run.press(`a${keys.enter}`);
    expect(await run.ended()).toBe(0);
    expect(await run.file('err.txt')).toBe(
      lines('Submitting dry-run release ...', 'Nothing selected: nothing to release.'),
    );
    expect(submitted(daemon)).toEqual([]);
  });

  it('does not take an Enter that was pressed before it was there', async () => {
    await using daemon = await startMockDaemon(
      releaseScript({ 'GET /v6/jobs': [job({ StatusString: 'queued' }), planned(helloResult)] }),
    );
    const words = ['release', '--interactive', '--user=u', '--url', daemon.url];
    await using run = await runInPty(words, { shell: 'exec "$@" 2>err.txt' });
    run.press(keys.enter);
    await run.waitFor('the menu', (screen) => screen.includes(footer));
    run.press('q');
    expect(await run.ended()).toBe(0);
    expect(await run.file('err.txt')).toContain('Aborted.');
    expect(submitted(daemon)).toEqual([]);
  });

  it('alone is about all workloads and all images', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon, {}, []);
    run.press('q');
    expect(await run.ended()).toBe(0);
    const [first] = daemon.asked('/v9/update-manifests');
    expect(JSON.parse(first?.body ?? '')).toEqual({
      type: 'image',
      cause: { Message: '', User: 'u' },
      spec: {
        ServiceSpecs: ['<all>'],
        ImageSpec: '<all latest>',
        Kind: 'plan',
        Excludes: null,
        Force: false,
      },
    });
  });
});

describe('keys in the menu', () => {
  it('move the cursor, round the ends', async () => {
    await using daemon = await menuDaemon(apps(3));
    await using run = await openMenu(daemon);
    const walk = [
      ['Down', keys.down, 2],
      ['j', 'j', 3],
      ['Tab, round the bottom', '\t', 1],
      ['Up, round the top', keys.up, 3],
      ['k', 'k', 2],
      ['Shift-Tab', keys.shiftTab, 1],
      ['End', keys.end, 3],
      ['Home', keys.home, 1],
      ['Up of a keypad', keys.keypadUp, 3],
      ['Down of a keypad', keys.keypadDown, 1],
      ['letters without a meaning, and j', 'xyzJj', 3],
    ] as const;
    for (const [name, typed, row] of walk) {
      run.press(typed);
      await run.waitFor(`row ${row} after ${name}`, (screen) => {
        const [cursor = '', ...more] = cursorOf(screen);
        return more.length === 0 && cursor.startsWith(appId(row));
      });
    }
  });

  it('never reach a row that cannot be chosen', async () => {
    const plan: Readonly<Record<string, WorkloadResult>> = {
      'a:deployment/0-bad': { Status: 'failed', Error: 'boom', PerContainer: null },
      ...app(1),
      'a:deployment/b-bad': { Status: 'failed', Error: 'boom', PerContainer: null },
      'a:deployment/c-noted': {
        Status: 'success',
        Error: 'a note',
        PerContainer: [{ Container: 'c', Current: 'y:1', Target: 'y:2' }],
      },
      'a:deployment/d-unknown': { Status: 'unknown', PerContainer: null },
    };
    await using daemon = await menuDaemon(plan);
    await using run = await openMenu(daemon);
    expect(run.screen()).toEqual([
      '    WORKLOAD                STATUS   UPDATES',
      '    a:deployment/0-bad      failed   boom',
      '⇒ ◉ a:deployment/app-01     success  app-01: x:1 -> 2',
      '    a:deployment/b-bad      failed   boom',
      '    a:deployment/c-noted    success  a note',
      '  ◉                                  c: y:1 -> 2',
      '    a:deployment/d-unknown  unknown',
      '',
      footer,
    ]);
    run.press('j ');
    const screen = await run.waitFor(
      'the second update unchecked',
      (now) => cursorOf(now)[0] === 'c: y:1 -> 2',
    );
    expect(checkedOf(screen)).toEqual(['a:deployment/app-01     success  app-01: x:1 -> 2']);
    run.press(keys.enter);
    expect(await run.ended()).toBe(0);
    expect(submitted(daemon)).toMatchObject([
      { spec: { ContainerSpecs: { [appId(1)]: [{ Container: 'app-01', Current: 'x:1', Target: 'x:2' }] } } },
    ]);
  });

  it('a unchecks all, and checks all again', async () => {
    await using daemon = await menuDaemon(apps(3));
    await using run = await openMenu(daemon);
    run.press('a');
    await run.waitFor('nothing checked', (screen) => checkedOf(screen).length === 0);
    run.press(' a');
    await run.waitFor('everything checked', (screen) => checkedOf(screen).length === 3);
  });
});

describe('release --interactive', () => {
  it('never releases as a dry run', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon, {}, ['--dry-run']);
    run.press(` ${keys.enter}`);
    expect(await run.ended()).toBe(0);
    expect(submitted(daemon)).toEqual([]);
    expect(await run.file('err.txt')).toBe('Submitting dry-run release ...\n');
    expect(run.screen().slice(-2)).toEqual([
      'WORKLOAD                       STATUS   UPDATES',
      'default:deployment/helloworld  success  sidecar: quay.io/weaveworks/sidecar:master-a000001 -> master-a000002',
    ]);
  });

  it('makes a plan of what was chosen', async () => {
    await using daemon = await menuDaemon(helloResult, revision);
    const shell = 'exec "$@" >plan.json';
    await using run = await openMenu(daemon, { shell }, ['--dry-run', '-o', 'json']);
    run.press(` ${keys.enter}`);
    expect(await run.ended()).toBe(0);
    expect(JSON.parse(await run.file('plan.json'))).toMatchObject({
      revision,
      updates: { [hello]: [sidecar] },
      result: helloResult,
    });
  });

  it('tells the daemon which plan it carries out, where the daemon knows of plans', async () => {
    await using daemon = await menuDaemon(helloResult, revision);
    await using run = await openMenu(daemon);
    run.press(keys.enter);
    expect(await run.ended()).toBe(0);
    expect(submitted(daemon)).toMatchObject([
      { spec: { Plan: { ID: expect.stringMatching(/^[0-9a-f]{64}$/), Revision: revision } } },
    ]);
  });

  it('says what may have happened when the second job takes too long', async () => {
    await using daemon = await startMockDaemon(
      releaseScript({ 'GET /v6/jobs': [planned(helloResult), job({ StatusString: 'queued' })] }),
    );
    await using run = await openMenu(daemon, {}, ['--timeout=1s']);
    run.press(keys.enter);
    expect(await run.ended()).toBe(1);
    const [, told = ''] = (await run.file('err.txt')).split('Submitting selected release ...\n');
    expect(told).toMatch(/^\nWe timed out waiting for the result of the operation\./);
    expect(told.endsWith(`Error: timeout\n${hint('release')}`)).toBe(true);
  });

  it('fails when the daemon does not take what was chosen', async () => {
    const refused = JSON.stringify({ type: 'user', help: 'H\n', error: 'e' });
    await using daemon = await startMockDaemon({
      ...releaseScript({ 'GET /v6/jobs': [planned(helloResult)] }),
      'POST /v9/update-manifests': [{ json: 'j1' }, { status: 422, type: 'application/json', body: refused }],
    });
    await using run = await openMenu(daemon);
    run.press(keys.enter);
    expect(await run.ended()).toBe(1);
    expect(await run.file('err.txt')).toBe(
      lines('Submitting dry-run release ...', 'Submitting selected release ...', '== Error ==', '', 'H', ''),
    );
  });
});
