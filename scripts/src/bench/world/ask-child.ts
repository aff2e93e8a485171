import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Lets a process of its own do one thing, and end.
 * @param script - in this folder; it takes one message, answers with one and ends
 */
export async function askChild<Question extends object, Answer extends object>(
  script: string,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(path, { signal, serialization: 'advanced' });
  const ended = once(child, 'exit');
  child.send(question);
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [
    Answer | { readonly error: string } | number | null,
  ];
  await ended;
  if (answer === null || typeof answer === 'number') throw new Error(`${script} ended with ${answer}`);
  if ('error' in answer) throw new Error(`${script}: ${answer.error}`);
  return answer;
}
