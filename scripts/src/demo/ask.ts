import { createInterface } from 'node:readline/promises';

/** Puts a question to the person at the terminal; only `y` and `yes` are a yes. Without a terminal: no. */
export async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write(`${question}\nThere is no terminal to answer at; --yes answers.\n`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}
