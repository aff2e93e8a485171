import type { Cause } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import type { FlagTable, FlagValues } from '@fluxctl/shared/flags/flag';
import {
  automating,
  deautomating,
  locking,
  type PolicyChange,
  together,
  unlocking,
} from '../policies/policy-change.ts';
import { policyHelp, policyNames, readPolicySettings } from '../policies/policy-settings.ts';
import { defineCommand } from './command.ts';
import { readCause, updateFlags } from './update-flags.ts';
import { chosenWorkload, controllerFlag, workloadFlags } from './workload-flags.ts';

const policyFlags = {
  automate: { type: 'switch', fallback: 'false', help: 'Let the daemon update the images' },
  deautomate: { type: 'switch', fallback: 'false', help: 'Stop the daemon from updating the images' },
  lock: { type: 'switch', fallback: 'false', help: 'Keep the images as they are' },
  unlock: { type: 'switch', fallback: 'false', help: 'Let the images be updated again' },
  'tag-all': {
    type: 'string',
    fallback: '',
    help: 'Tags that all containers may run, as 1.*, semver:~1.2 or regexp:^v[0-9]+$',
  },
  tag: {
    type: 'texts',
    fallback: '',
    help: "Tags that one container may run, as 'app=semver:>=1.2, <2'; app=* for any",
  },
  set: {
    type: 'texts',
    fallback: '',
    help: 'Set another policy, as min-age.app=2h',
  },
  unset: { type: 'texts', fallback: '', help: 'Take a policy away, as min-age.app' },
} as const satisfies FlagTable;

export const policyCommand = defineCommand({
  name: 'policy',
  summary: 'Change the policies of a workload',
  details: [
    'Policies are annotations in git that say which images a workload may run, and who changes them. What is asked for together becomes one commit.',
    '--tag takes one pair, or several with commas between them. Commas and equal signs in a pattern of semver: or regexp: belong to the pattern.',
    `--set and --unset take one policy each. There are, C being the name of a container:\n\n${policyHelp()}`,
  ].join('\n\n'),
  examples: [
    "fluxctl policy -w demo:deployment/hello --automate --tag-all='semver:~1'",
    "fluxctl policy -w demo:deployment/hello --tag='hello=semver:>=1.2, <2' --tag='sidecar=*'",
    "fluxctl policy -w demo:deployment/hello --tag='hello=regexp:^build-([0-9]+)$' --set order.hello=numeric",
    "fluxctl policy -w demo:deployment/hello --set 'freeze=Fri 16:00-Mon 08:00 Europe/Berlin' --unset min-age.hello",
  ],
  flags: { ...workloadFlags, ...controllerFlag, ...policyFlags, ...updateFlags },
  values: { set: policyNames('='), unset: policyNames('') },
  async run({ flags, given }, context) {
    if (flags.workload === '' && flags.controller === '') throw new UserError('-w, --workload is required');
    if (flags.workload !== '' && flags.controller !== '') {
      throw new UserError("can't specify both the controller and workload");
    }
    if (flags.automate && flags.deautomate) throw new UserError('automate and deautomate both specified');
    if (flags.lock && flags.unlock) throw new UserError('lock and unlock both specified');
    const id = await chosenWorkload(flags, context);
    const changeFor = await readChange(flags);
    const [api, cause] = await Promise.all([context.connect(), readCause(flags, given, context)]);
    const { updatePolicies } = await import('../policies/update-policies.ts');
    const wish = { spec: { [id]: changeFor(cause) }, cause, verbosity: flags.verbose };
    await updatePolicies(api, { ...wish, already: 'as it was asked for already' }, context);
  },
});

/** @throws {UserError} for what is no pair, or no policy */
async function readChange(flags: FlagValues<typeof policyFlags>): Promise<(cause: Cause) => PolicyChange> {
  const { tagChange } = await import('../policies/tag-change.ts');
  const tags = tagChange(flags['tag-all'], flags.tag);
  const others = readPolicySettings(flags.set, flags.unset);
  return (cause) =>
    together(
      ...(flags.automate ? [automating()] : []),
      ...(flags.deautomate ? [deautomating()] : []),
      ...(flags.lock ? [locking(cause)] : []),
      ...(flags.unlock ? [unlocking()] : []),
      tags,
      others,
    );
}
