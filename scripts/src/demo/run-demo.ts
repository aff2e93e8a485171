import type { Screen } from './screen.ts';
import { createShell } from './shell.ts';
import { NotAsDescribedError, type Stage, type Tour } from './stage.ts';
import { walkThrough } from './walk-through.ts';

export interface DemoResult {
  /** Whether everything was as the walk-through says. */
  readonly ok: boolean;
  readonly steps: number;
  readonly tookMs: number;
}

/**
 * Goes through all steps, and stops at the first that is not as described.
 * @throws {Error} when `signal` ends it
 */
export async function runDemo(stage: Stage, screen: Screen, signal: AbortSignal): Promise<DemoResult> {
  const start = performance.now();
  const shell = createShell({ screen, env: stage.env, folder: stage.folder, signal });
  const tour: Tour = {
    screen,
    shell,
    signal,
    expect(what, isSo, found = '') {
      if (!isSo)
        throw new NotAsDescribedError(`${what}: not so${found === '' ? '' : `; found: ${found.trim()}`}`);
      screen.passed(what);
    },
  };
  for (const line of stage.about) screen.note(line);
  let steps = 0;
  for (const step of walkThrough) {
    steps += 1;
    screen.step(`${steps}. ${step.title}`);
    try {
      await step.run(stage, tour);
    } catch (error) {
      signal.throwIfAborted();
      screen.failed(error instanceof Error ? error.message : String(error));
      return { ok: false, steps, tookMs: performance.now() - start };
    }
  }
  return { ok: true, steps, tookMs: performance.now() - start };
}
