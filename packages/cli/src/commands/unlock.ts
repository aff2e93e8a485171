import { unlocking } from '../policies/policy-change.ts';
import { onePolicyCommand } from './one-policy.ts';

export const unlockCommand = onePolicyCommand({
  name: 'unlock',
  summary: 'Let the images of a locked workload be updated again',
  examples: ['fluxctl unlock --workload=demo:deployment/hello'],
  already: 'not locked',
  both: "can't specify both a controller and workload",
  change: unlocking,
});
