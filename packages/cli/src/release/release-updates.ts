import type { ApiClient } from '@fluxctl/shared/api/client';
import type { Cause, ContainersUpdate, ReleasePlan } from '@fluxctl/shared/api/types';
import type { CommandContext } from '../commands/command.ts';
import { jobNotice } from '../wait/notices.ts';
import { type FinishOptions, finishRelease } from './finish-release.ts';
import { submitRelease } from './submit-release.ts';

export interface ChosenRelease {
  readonly cause: Cause;
  readonly force: boolean;
  readonly updates: ReleasePlan['updates'];
  /** The plan that this carries out; undefined: none, or a daemon that does not know of plans. */
  readonly plan: ContainersUpdate['Plan'];
}

/** Releases exactly these images, and follows what becomes of it. */
export async function releaseUpdates(
  api: ApiClient,
  { cause, force, updates, plan }: ChosenRelease,
  { verbosity, watch }: FinishOptions,
  context: CommandContext,
): Promise<void> {
  const spec: ContainersUpdate = {
    Kind: 'execute',
    ContainerSpecs: updates,
    SkipMismatches: false,
    Force: force,
    ...(plan ? { Plan: plan } : {}),
  };
  const named = Object.keys(updates);
  const options = { notice: jobNotice, named, verbosity };
  const done = await submitRelease(api, { type: 'containers', cause, spec }, options, context);
  await finishRelease(api, done, { verbosity, watch }, context);
}
