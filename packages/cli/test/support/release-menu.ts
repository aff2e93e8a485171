import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { type MockDaemon, startMockDaemon } from './mock-daemon.ts';
import { type PtyOptions, type PtyRun, runInPty } from './pty.ts';
import { helloResult, planned, released, releaseScript } from './release-answers.ts';

/** What a terminal sends for keys that have no character of their own. */
export const keys = {
  down: '\u001b[B',
  up: '\u001b[A',
  keypadDown: '\u001bOB',
  keypadUp: '\u001bOA',
  shiftTab: '\u001b[Z',
  home: '\u001b[H',
  end: '\u001b[F',
  pageDown: '\u001b[6~',
  pageUp: '\u001b[5~',
  escape: '\u001b',
  controlC: '\u0003',
  enter: '\r',
};

export const footer = 'Use arrow keys and [Space] to toggle updates; hit [Enter] to release selected.';

type Results = Readonly<Record<string, WorkloadResult>>;

/** Makes this plan, and takes whatever is chosen from it. */
export function menuDaemon(plan: Results, plannedAt?: string): Promise<MockDaemon> {
  return startMockDaemon(
    releaseScript({ 'GET /v6/jobs': [planned(plan, plannedAt), released(helloResult)] }),
  );
}

/** Runs `release --interactive` until the menu is there; stdout is the terminal, stderr a file. */
export async function openMenu(
  daemon: MockDaemon,
  options: PtyOptions = {},
  args: readonly string[] = ['--all', '--update-all-images'],
): Promise<PtyRun> {
  const words = ['release', ...args, '--interactive', '--user=u', '--url', daemon.url];
  const run = await runInPty(words, { shell: 'exec "$@" 2>err.txt', columns: 140, ...options });
  await run.waitFor('the menu', (screen) => screen.includes(footer) && !run.cursorIsVisible());
  return run;
}

/** What was submitted after the plan. */
export function submitted(daemon: MockDaemon): unknown[] {
  const [, ...others] = daemon.asked('/v9/update-manifests');
  return others.map(({ body }) => JSON.parse(body));
}

/** The rows that have the arrow, without their marks. */
export function cursorOf(screen: readonly string[]): string[] {
  return screen.filter((line) => line.startsWith('⇒')).map((line) => line.slice(4).trim());
}

/** The rows that are checked, without their marks. */
export function checkedOf(screen: readonly string[]): string[] {
  return screen.filter((line) => line.startsWith('◉', 2)).map((line) => line.slice(4).trim());
}

/** A workload with one update. */
export function app(number: number): Results {
  const name = `app-${String(number).padStart(2, '0')}`;
  const update = { Container: name, Current: 'x:1', Target: 'x:2' };
  return { [`a:deployment/${name}`]: { Status: 'success', PerContainer: [update] } };
}

export function apps(count: number): Results {
  return Object.assign({}, ...Array.from({ length: count }, (_, index) => app(index + 1)));
}

/** The id of `app(number)`. */
export function appId(number: number): string {
  return Object.keys(app(number))[0] ?? '';
}
