import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
// It is CommonJS whose names Node.js cannot see.
import headless from '@xterm/headless';
import { entry, sealedEnv } from './run-fluxctl.ts';

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** What the shell runs, `"$@"` being the program: `"$@" 2>err.txt`. Files are in a folder of the run's own. */
  readonly shell?: string;
  /** On top of an environment that knows no cluster, no daemon and no colours. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node.js itself. */
  readonly nodeFlags?: readonly string[];
}

/**
 * The real program in a real pseudo-terminal, seen through a terminal emulator. Both are npm packages that bring
 * what they need (the first has binaries for Linux with glibc, macOS and Windows inside), so that these
 * tests need no program beside Node.js.
 */
export interface PtyRun extends AsyncDisposable {
  /** What is on the screen, without spaces at the ends of lines and empty lines at the end. */
  screen(): string[];
  /** All that the terminal was sent. */
  written(): string;
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  kill(signal: NodeJS.Signals): void;
  cursorIsVisible(): boolean;
  /** Waits until the screen is so, and gives it. */
  waitFor(what: string, isSo: (screen: readonly string[]) => boolean): Promise<string[]>;
  /** Waits for the end. @returns the exit code */
  ended(): Promise<number>;
  /** What a redirection wrote. */
  file(name: string): Promise<string>;
}

/** A bound, not an expectation: a busy machine takes its time. */
const patienceMs = 60_000;

export async function runInPty(args: readonly string[], options: PtyOptions = {}): Promise<PtyRun> {
  const { columns: cols = 120, rows = 24, shell = 'exec "$@"', nodeFlags = [] } = options;
  const home = await mkdtemp(join(tmpdir(), 'fluxctl-pty-'));
  const words = [process.execPath, ...nodeFlags, entry, ...args];
  const pty = spawn('/bin/sh', ['-c', shell, 'sh', ...words], {
    name: 'xterm-256color',
    cols,
    rows,
    cwd: home,
    env: { ...sealedEnv(home), ...options.env },
  });
  const terminal = new headless.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1_000 });
  let written = '';
  let parsed = Promise.resolve();
  let code: number | undefined;
  pty.onData((data) => {
    written += data;
    parsed = new Promise((resolve) => terminal.write(data, resolve));
  });
  pty.onExit(({ exitCode }) => {
    code = exitCode;
  });

  const screen = (): string[] => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  };
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    const end = performance.now() + patienceMs;
    for (;;) {
      await parsed;
      if (isSo()) return;
      if (code !== undefined || performance.now() > end)
        throw new Error(`not seen: ${what}; on the screen:\n${screen().join('\n')}`);
      await sleep(10);
    }
  };
  return {
    screen,
    written: () => written,
    press: (keys) => pty.write(keys),
    resize(columns, lines) {
      terminal.resize(columns, lines);
      pty.resize(columns, lines);
    },
    kill: (signal) => process.kill(pty.pid, signal),
    cursorIsVisible: () => written.lastIndexOf('\u001b[?25l') <= written.lastIndexOf('\u001b[?25h'),
    async waitFor(what, isSo) {
      await until(what, () => isSo(screen()));
      return screen();
    },
    async ended() {
      await until('the end of the program', () => code !== undefined);
      return code ?? Number.NaN;
    },
    file: (name) => readFile(join(home, name), 'utf8'),
    async [Symbol.asyncDispose]() {
      if (code === undefined) pty.kill('SIGKILL');
      await rm(home, { recursive: true, force: true });
    },
  };
}
