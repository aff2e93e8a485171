import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import { BranchMovedError } from '../git/repository.ts';
import type { Logger } from '../log/logger.ts';

const maxAttempts = 5;
/** Longest wait before the second attempt, in milliseconds; doubled before each further one. */
const firstWaitMs = 100;

/**
 * Does all of it again when the branch turns out to have moved meanwhile; never by force.
 * @throws {UserError} `gave up after 5 attempts: …`; any other failure of the task as it is
 */
export async function startOverWhenMoved<T>(
  task: () => Promise<T>,
  {
    random,
    log,
    signal,
  }: { readonly random: () => number; readonly log: Logger; readonly signal: AbortSignal },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof BranchMovedError)) throw error;
      const err = errorMessage(error);
      if (attempt === maxAttempts) {
        throw new UserError(`gave up after ${maxAttempts} attempts: ${err}`, {
          help: 'Each time something was to be pushed, somebody else had pushed to the branch. Try again later.',
          cause: error,
        });
      }
      log.log({ warning: 'the branch moved; starting over', attempt, err });
      await sleep(random() * firstWaitMs * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}
