import { text } from 'node:stream/consumers';
import { createTerminal } from './output/terminal.ts';
import { runCommandLine } from './run-command-line.ts';

/** The exit code of a program that Ctrl-C ends. */
const interruptedCode = 130;

/**
 * Runs fluxctl in this process: its arguments, environment and streams.
 * @returns the exit code
 */
export async function runProcess(): Promise<number> {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => interrupt.abort(new Error(`stopped by ${name}`)));
  }
  // `fluxctl list-workloads | head` closes our stdout: no reason to complain.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const code = await runCommandLine(process.argv.slice(2), {
    out: createTerminal(process.stdout, process.env),
    err: createTerminal(process.stderr, process.env),
    env: process.env,
    signal: interrupt.signal,
    readStdin: () => text(process.stdin),
    openConsole: async () => {
      const { openConsole } = await import('./menu/open-console.ts');
      return openConsole(process);
    },
  });
  return interrupt.signal.aborted ? interruptedCode : code;
}
