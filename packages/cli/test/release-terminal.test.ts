import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runInPty } from './support/pty.ts';
import { hello, helloResult, helloUpdates } from './support/release-answers.ts';
import {
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

const support = (name: string): string => fileURLToPath(new URL(`./support/${name}`, import.meta.url));
const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');

describe('a menu that is larger than the terminal', () => {
  it('scrolls, and says where it is', async () => {
    await using daemon = await menuDaemon(apps(50));
    await using run = await openMenu(daemon, { rows: 24, columns: 100 });
    const part = (from: number, to: number) => (screen: readonly string[]) =>
      screen.includes(`    rows ${from} to ${to} of 50`);
    const first = await run.waitFor('the beginning', part(1, 20));
    expect(first).toHaveLength(23);
    expect(first[0]).toBe('    WORKLOAD             STATUS   UPDATES');
    expect(first.at(-1)).toBe(footer);

    run.press('j'.repeat(20));
    const moved = await run.waitFor('the 21st row', part(2, 21));
    expect(cursorOf(moved)[0]).toContain(appId(21));
    expect(moved[0]).toBe(first[0]);
    expect(moved).toHaveLength(23);

    run.press(keys.home + keys.up);
    expect(cursorOf(await run.waitFor('the end', part(31, 50)))[0]).toContain(appId(50));
    run.press(keys.down);
    expect(cursorOf(await run.waitFor('the beginning again', part(1, 20)))[0]).toContain(appId(1));
    run.press(keys.pageDown);
    expect(cursorOf(await run.waitFor('the second page', part(21, 40)))).toEqual([]);
    run.press(keys.pageDown);
    await run.waitFor('the last page', part(31, 50));
    run.press(keys.pageUp);
    await run.waitFor('a page back', part(11, 30));
    run.press(' ');
    const back = await run.waitFor('the cursor again', part(1, 20));
    expect(cursorOf(back)[0]).toContain(appId(1));
    expect(checkedOf(back)).toHaveLength(19);
  });

  it('cuts what is too wide, but not the tag', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon, { columns: 80 });
    expect(run.screen()).toEqual([
      '    WORKLOAD                       STATUS   UPDATES',
      '⇒ ◉ default:deployment/helloworld  success  helloworld: … -> master-9a16ff945b9e',
      '  ◉                                         sidecar: quay.io/… -> master-a000002',
      '',
      footer,
    ]);
  });

  it('follows when the terminal changes its size', async () => {
    await using daemon = await menuDaemon({ ...helloResult, ...apps(30) });
    await using run = await openMenu(daemon, { rows: 24, columns: 140 });
    const whole = (columns: number, rows: number) => (screen: readonly string[]) =>
      screen.length === rows - 1 &&
      screen.filter((line) => line.includes('WORKLOAD')).length === 1 &&
      screen.filter((line) => line === footer).length === 1 &&
      screen.every((line) => line.length <= columns);
    for (const [columns, rows] of [
      [90, 24],
      [80, 12],
      [140, 30],
      [100, 20],
    ] as const) {
      run.resize(columns, rows);
      await run.waitFor(`a menu of ${columns}x${rows}`, whole(columns, rows));
      run.press('j');
      const screen = await run.waitFor(`a menu of ${columns}x${rows}`, whole(columns, rows));
      expect(cursorOf(screen)).toHaveLength(1);
    }
  });
});

describe('the terminal', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('has its cursor back after %s', async (signal) => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon);
    run.kill(signal);
    expect(await run.ended()).toBe(130);
    expect(run.cursorIsVisible()).toBe(true);
    expect(submitted(daemon)).toEqual([]);
  });

  it('has its cursor back after a fault', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon, { nodeFlags: ['--import', support('throw-on-signal.mjs')] });
    run.kill('SIGUSR2');
    expect(await run.ended()).not.toBe(0);
    expect(await run.file('err.txt')).toContain('a fault');
    expect(run.cursorIsVisible()).toBe(true);
  });

  it('gives its keys also where stdin is something else', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon, { shell: 'exec "$@" 2>err.txt </dev/null' });
    run.press(keys.enter);
    expect(await run.ended()).toBe(0);
    expect(submitted(daemon)).toMatchObject([{ spec: { ContainerSpecs: { [hello]: helloUpdates } } }]);
  });

  it('shows the menu also where stdout goes into a file', async () => {
    await using daemon = await menuDaemon(helloResult);
    await using run = await openMenu(daemon, { shell: 'exec "$@" >out.txt' });
    run.press(keys.enter);
    expect(await run.ended()).toBe(0);
    expect(await run.file('out.txt')).toMatch(/^WORKLOAD /);
  });

  const noMenu =
    'Without a menu: write a plan with --dry-run -o json, look at it, and carry it out with --plan=FILE.';
  const refusal = (why: string): string =>
    lines('Submitting dry-run release ...', noMenu, `Error: --interactive ${why}`) + hint('release');

  it('is needed', async () => {
    await using daemon = await menuDaemon(helloResult);
    const run = await runFluxctl(['release', '--interactive', '--url', daemon.url]);
    const stderr = refusal('needs a terminal, and neither stdout nor stderr is one');
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
    expect(submitted(daemon)).toEqual([]);
  });

  it('is needed for the keys, too', async () => {
    await using daemon = await menuDaemon(helloResult);
    const shell = `node=$1; exec "$node" '${support('without-terminal.mjs')}' "$@" 2>err.txt`;
    await using run = await runInPty(['release', '--interactive', '--url', daemon.url], { shell });
    expect(await run.ended()).toBe(1);
    expect(await run.file('err.txt')).toBe(refusal('needs a terminal, and there is none'));
    expect(submitted(daemon)).toEqual([]);
  });

  it('of Windows is not supported', async () => {
    await using daemon = await menuDaemon(helloResult);
    const nodeFlags = ['--import', support('pretend-windows.mjs')];
    const run = await runFluxctl(['release', '--interactive', '--url', daemon.url], { nodeFlags });
    expect(run).toEqual({ stdout: '', stderr: refusal('is not supported on Windows'), code: 1 });
  });
});
