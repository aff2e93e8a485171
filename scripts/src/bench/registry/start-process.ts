import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the bench that answers one question at a time. */
export interface BenchProcess<Question, Answer> extends AsyncDisposable {
  /** The first thing that it says. */
  readonly first: Answer;
  ask(question: Question): Promise<Answer>;
}

/**
 * @param script - name in this folder
 * @param nodeOptions - with which the program that is measured is shipped
 */
export async function startProcess<Question extends object, Answer>(
  script: string,
  args: readonly (string | number)[],
  signal: AbortSignal,
  nodeOptions: readonly string[] = [],
): Promise<BenchProcess<Question, Answer>> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const execArgv = ['--expose-gc', ...nodeOptions];
  const child = fork(path, args.map(String), { execArgv, signal, serialization: 'advanced' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const first = await nextMessage<Answer>(child);
  return {
    first,
    async ask(question) {
      const answer = nextMessage<Answer>(child);
      child.send(question);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await ended;
    },
  };
}

function nextMessage<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      child.off('message', take).off('exit', fail).off('error', reject);
    };
    const take = (message: unknown): void => {
      leave();
      resolve(message as Answer);
    };
    const fail = (code: number | null): void => {
      leave();
      reject(new Error(`a process of the bench ended with ${code}`));
    };
    child.on('message', take).on('exit', fail).on('error', reject);
  });
}
