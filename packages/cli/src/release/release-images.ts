import type { ReleasePlan, WorkloadResult } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import type { CommandContext } from '../commands/command.ts';
import { checkFormat, outputFormats } from '../commands/listing-flags.ts';
import { readCause } from '../commands/update-flags.ts';
import { tellResult } from '../results/tell-result.ts';
import { finishRelease } from './finish-release.ts';
import { makePlan, possibleUpdates, printPlan } from './make-plan.ts';
import { namedWorkloads, type ReleaseFlags, readImageUpdate } from './read-image-update.ts';
import { releaseUpdates } from './release-updates.ts';
import { submitRelease } from './submit-release.ts';

type Results = Readonly<Record<string, WorkloadResult>>;

export interface ReleaseImagesFlags extends ReleaseFlags {
  readonly 'output-format': string;
  readonly message: string;
  readonly user: string;
  readonly verbose: number;
}

/**
 * Releases images: all that the daemon finds, or those that are chosen from a menu. A dry run tells what
 * would be done.
 * @param given - the flags that stand on the command line
 */
export async function releaseImages(
  flags: ReleaseImagesFlags,
  given: ReadonlySet<string>,
  context: CommandContext,
): Promise<void> {
  const { verbose: verbosity, watch, force, interactive, 'dry-run': dryRun } = flags;
  const spec = await readImageUpdate(flags, context);
  const format = readFormat(flags['output-format'], dryRun);
  const cause = await readCause(flags, given, context);
  const api = await context.connect();
  context.err.line(`Submitting ${spec.Kind === 'plan' ? 'dry-run release' : 'release'} ...`);
  const named = namedWorkloads(spec);
  const done = await submitRelease(api, { type: 'image', cause, spec }, { named, verbosity }, context);
  if (spec.Kind === 'execute') return finishRelease(api, done, { verbosity, watch }, context);

  const { plannedAt, result = {} } = done;
  const updates = interactive ? await choose(result, verbosity, context) : possibleUpdates(result);
  if (!updates) return;
  const plan = makePlan({ revision: plannedAt ?? '', cause, force, updates, result });
  if (format === 'json') return context.out.write(printPlan(plan));
  if (dryRun) return tellResult(interactive ? { result: only(updates, result) } : done, verbosity, context);
  context.err.line('Submitting selected release ...');
  // A daemon that does not say for which commit it planned does not know of plans either.
  const known = plannedAt === undefined ? undefined : { ID: plan.id, Revision: plan.revision };
  await releaseUpdates(api, { ...plan, plan: known }, { verbosity, watch }, context);
}

function readFormat(text: string, dryRun: boolean): (typeof outputFormats)[number] {
  const format = checkFormat(text, outputFormats);
  if (format === 'json' && !dryRun) {
    throw new UserError('-o json prints a plan, which only --dry-run makes');
  }
  return format;
}

async function choose(
  result: Results,
  verbosity: number,
  context: CommandContext,
): Promise<ReleasePlan['updates'] | undefined> {
  const { chooseUpdates } = await import('./choose-updates.ts');
  return chooseUpdates(result, verbosity, context);
}

/** Of the results, these updates. */
function only(updates: ReleasePlan['updates'], result: Results): Results {
  return Object.fromEntries(
    Object.entries(updates).map(([workload, PerContainer]) => [
      workload,
      { Status: result[workload]?.Status ?? 'success', PerContainer },
    ]),
  );
}
