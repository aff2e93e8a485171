import type { Cause } from '@fluxctl/shared/api/types';
import type { FlagTable } from '@fluxctl/shared/flags/flag';
import type { CommandContext } from './command.ts';

/** Flags of the commands that change the repository. */
export const updateFlags = {
  message: {
    type: 'string',
    short: 'm',
    fallback: '',
    help: 'Why, for the message of the commit',
  },
  user: {
    type: 'string',
    fallback: '',
    help: "Who does it, as 'Ann Lee <ann@example.com>'; from git's configuration if not given",
  },
  verbose: {
    type: 'count',
    short: 'v',
    fallback: '',
    help: 'Show workloads that were skipped too; twice: also those that were ignored',
  },
} as const satisfies FlagTable;

/**
 * Who changes the repository, and why. `git config` is asked only where `--user` is not given.
 * @param given - the flags that stand on the command line
 */
export async function readCause(
  flags: { readonly message: string; readonly user: string },
  given: ReadonlySet<string>,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<Cause> {
  if (given.has('user')) return { Message: flags.message, User: flags.user };
  const { gitUser } = await import('../git-user.ts');
  return { Message: flags.message, User: await gitUser(env, signal) };
}
