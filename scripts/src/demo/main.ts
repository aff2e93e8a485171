import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Chalk, supportsColor } from 'chalk';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { type DemoOptions, readOptions, usage } from './options.ts';
import { findScripts } from './programs.ts';
import { runDemo } from './run-demo.ts';
import { openSandboxStage } from './sandbox-stage.ts';
import { createScreen, type Screen } from './screen.ts';

const interrupted = 130;

async function main(): Promise<number> {
  let options: DemoOptions | 'help';
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
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
  const scripts = findScripts(repositoryRoot, options.built);
  const stage = await openSandboxStage({
    scripts,
    screen,
    env: process.env,
    kubectlStandIn: fileURLToPath(new URL('kubectl-stand-in.ts', import.meta.url)),
  });
  try {
    const result = await runDemo(stage, screen, stop.signal);
    return result.ok ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) return interrupted;
    throw error;
  } finally {
    await stage.close();
  }
}

process.exitCode = await main();
