import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Chalk, supportsColor } from 'chalk';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { ask } from './ask.ts';
import { keepUp } from './keep-up.ts';
import { type DemoOptions, readOptions, usage } from './options.ts';
import { openOwnClusterStage, RefusedError } from './own-cluster-stage.ts';
import { drawPicture } from './picture.ts';
import { findScripts } from './programs.ts';
import { runDemo } from './run-demo.ts';
import { openSandboxStage } from './sandbox-stage.ts';
import { createScreen, type Screen } from './screen.ts';
import type { Stage } from './stage.ts';

/** Exit codes beside 0 and 1: a person's Ctrl-C, and a command line that makes no sense. */
const interrupted = 130;
const misused = 2;

const standIns = {
  kubectl: fileURLToPath(new URL('kubectl-stand-in.ts', import.meta.url)),
  curl: fileURLToPath(new URL('curl-stand-in.ts', import.meta.url)),
};

async function main(): Promise<number> {
  let options: DemoOptions | 'help';
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return misused;
  }
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  }
  const screen = createScreen({
    write: (text) => void process.stdout.write(text),
    paint: new Chalk({ level: supportsColor ? supportsColor.level : 0 }),
    width: Number(process.env.COLUMNS) || process.stdout.columns || 120,
  });
  try {
    return await show(options, screen, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return interrupted;
    if (!(error instanceof RefusedError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

async function show(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<number> {
  const stage = await openStage(options, screen, signal);
  let code = 1;
  try {
    const { ok, steps, tookMs } = await runDemo(stage, screen, signal);
    const took = `${(tookMs / 1000).toFixed(1)} s`;
    screen.heading(
      ok
        ? `Both parts of the walk-through: ${steps} steps, each as described, in ${took}.`
        : `The walk-through stopped at step ${steps}, after ${took}.`,
    );
    if (ok) code = 0;
    if (ok && options.picture !== undefined) writeFileSync(options.picture, drawPicture(screen.transcript));
    if (options.keep) await keepUp(stage, screen, signal);
  } finally {
    await stage.close();
  }
  return code;
}

function openStage(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<Stage> {
  const scripts = findScripts(repositoryRoot, options.built);
  const { env } = process;
  if (options.cluster === undefined) {
    return openSandboxStage({ scripts, screen, env, standIns });
  }
  const confirm = async (question: string): Promise<boolean> => options.yes || ask(question, signal);
  return openOwnClusterStage({ ...options.cluster, scripts, screen, env, signal, confirm });
}

process.exitCode = await main();
