import { deautomating } from '../policies/policy-change.ts';
import { onePolicyCommand } from './one-policy.ts';

export const deautomateCommand = onePolicyCommand({
  name: 'deautomate',
  summary: 'Stop the daemon from updating the images of a workload',
  examples: ['fluxctl deautomate --workload=demo:deployment/hello'],
  already: 'not automated',
  both: "can't specify both a controller and workload",
  change: deautomating,
});
