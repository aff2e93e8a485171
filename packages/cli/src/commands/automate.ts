import { automating } from '../policies/policy-change.ts';
import { onePolicyCommand } from './one-policy.ts';

export const automateCommand = onePolicyCommand({
  name: 'automate',
  summary: 'Let the daemon update the images of a workload',
  examples: ['fluxctl automate --workload=demo:deployment/hello'],
  already: 'automated already',
  both: "can't specify both the controller and workload",
  change: automating,
});
