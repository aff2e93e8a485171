import type { Cause } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import type { PolicyChange } from '../policies/policy-change.ts';
import { type Command, defineCommand } from './command.ts';
import { readCause, updateFlags } from './update-flags.ts';
import { chosenWorkload, controllerFlag, workloadFlags } from './workload-flags.ts';

interface OnePolicy {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly examples: readonly string[];
  /** What a workload is to which nothing is done. */
  readonly already: string;
  /** How Flux v1 says that both names of the workload's flag are given. */
  readonly both: string;
  readonly change: (cause: Cause) => PolicyChange;
}

/** A command that does one thing to the policies of a workload. */
export function onePolicyCommand({ change, already, both, ...described }: OnePolicy): Command {
  return defineCommand({
    ...described,
    flags: { ...workloadFlags, ...controllerFlag, ...updateFlags },
    refuse({ workload, controller }) {
      if (workload !== '' && controller !== '') throw new UserError(both);
    },
    async run({ flags, given }, context) {
      const id = await chosenWorkload(flags, context);
      const [api, cause] = await Promise.all([context.connect(), readCause(flags, given, context)]);
      const { updatePolicies } = await import('../policies/update-policies.ts');
      const spec = { [id]: change(cause) };
      await updatePolicies(api, { spec, cause, verbosity: flags.verbose, already }, context);
    },
  });
}
