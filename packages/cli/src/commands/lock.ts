import { locking } from '../policies/policy-change.ts';
import { onePolicyCommand } from './one-policy.ts';

export const lockCommand = onePolicyCommand({
  name: 'lock',
  summary: 'Keep the images of a workload as they are, until it is unlocked',
  details:
    'Neither automation nor a release touches a locked workload, unless the release is made with --force. Who locked it, and the message, are shown by `fluxctl explain`.',
  examples: ["fluxctl lock --workload=demo:deployment/hello --message='release day'"],
  already: 'locked already',
  both: "can't specify both a controller and workload",
  change: locking,
});
