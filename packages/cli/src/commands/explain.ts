import { UserError } from '@fluxctl/shared/errors';
import { defineCommand } from './command.ts';
import { checkFormat, formatFlag, outputFormats } from './listing-flags.ts';
import { chosenWorkload, workloadFlags } from './workload-flags.ts';

export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'Tell why a workload was or was not updated',
  details:
    'For each container: which image would be written next, what is in the way of that and what would change it, and of every image in the registry why it is taken or passed over.',
  examples: [
    'fluxctl explain --workload=demo:deployment/hello',
    'fluxctl explain --workload=demo:deployment/hello --limit=0',
  ],
  flags: {
    ...workloadFlags,
    limit: {
      type: 'integer',
      short: 'l',
      fallback: '10',
      help: 'How many images to show of each container; 0 for all',
    },
    ...formatFlag,
  },
  async run({ flags }, context) {
    const { out } = context;
    const format = checkFormat(flags['output-format'], outputFormats);
    const id = await chosenWorkload(flags, context);
    const explanation = await (await context.connect()).explain(id);
    if (!explanation) {
      const help = `fluxctl list-images --workload=${id} shows which images it knows.`;
      throw new UserError('this daemon is too old to explain what it does', { help });
    }
    if (format === 'json') return out.line(JSON.stringify(explanation));
    const { explainText } = await import('../explain/explain-text.ts');
    out.write(explainText(explanation, { limit: Math.max(0, flags.limit), paint: await out.paint() }));
  },
});
