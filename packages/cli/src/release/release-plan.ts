import { readFile } from 'node:fs/promises';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { CommandContext } from '../commands/command.ts';
import { readPlan } from './read-plan.ts';
import { releaseUpdates } from './release-updates.ts';

export interface ReleasePlanFlags {
  readonly plan: string;
  readonly force: boolean;
  readonly watch: boolean;
  readonly message: string;
  readonly user: string;
  readonly verbose: number;
}

/** What a plan says by itself. */
const saidByPlan = [
  'namespace',
  'workload',
  'controller',
  'all',
  'update-image',
  'update-all-images',
  'exclude',
  'dry-run',
  'output-format',
  'interactive',
] as const;

/**
 * Carries out a plan: these updates and no others. Whose release it is and why, and whether it is forced,
 * is what the plan says, unless a flag says otherwise.
 * @param given - the flags that stand on the command line
 */
export async function releasePlan(
  flags: ReleasePlanFlags,
  given: ReadonlySet<string>,
  context: CommandContext,
): Promise<void> {
  const clashing = saidByPlan.filter((name) => given.has(name)).map((name) => `--${name}`);
  if (clashing.length > 0) {
    throw new UserError(`--plan says by itself what is released; leave out ${clashing.join(', ')}`);
  }
  const { name, text } = await readSource(flags.plan, context);
  const plan = readPlan(text, name);
  if (Object.keys(plan.updates).length === 0)
    return context.err.line(`${name} has no updates: nothing to do`);
  const release = {
    cause: {
      Message: given.has('message') ? flags.message : plan.cause.Message,
      User: given.has('user') ? flags.user : plan.cause.User,
    },
    force: given.has('force') ? flags.force : plan.force,
    updates: plan.updates,
    plan: { ID: plan.id, Revision: plan.revision },
  };
  const api = await context.connect();
  context.err.line(`Submitting plan ${plan.id.slice(0, 12)} ...`);
  await releaseUpdates(api, release, { verbosity: flags.verbose, watch: flags.watch }, context);
}

async function readSource(
  path: string,
  { readStdin }: Pick<CommandContext, 'readStdin'>,
): Promise<{ readonly name: string; readonly text: string }> {
  if (path === '-') return { name: 'stdin', text: await readStdin() };
  try {
    return { name: path, text: await readFile(path, 'utf8') };
  } catch (cause) {
    throw new UserError(`cannot read the plan: ${errorMessage(cause)}`, { cause });
  }
}
