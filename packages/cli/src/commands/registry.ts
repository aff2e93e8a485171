import { UserError } from '@fluxctl/shared/errors';
import { defineCommand } from './command.ts';
import { checkFormat, listingFlags, outputFormats } from './listing-flags.ts';

export const registryCommand = defineCommand({
  name: 'registry',
  summary: 'Show how the watching of image registries goes',
  details:
    'A row for each repository of images that workloads use; those that cannot be scanned come first, and below the table stands why, and what helps.',
  examples: ['fluxctl registry --k8s-fwd-ns=flux', 'fluxctl registry -o json'],
  flags: listingFlags,
  async run({ flags }, { out, connect }) {
    const format = checkFormat(flags['output-format'], outputFormats);
    const status = await (await connect()).registry();
    if (!status) {
      const help = 'fluxctl list-images shows which images it knows.';
      throw new UserError('this daemon is too old to tell how it watches registries', { help });
    }
    if (format === 'json') return out.line(JSON.stringify(status));
    const { registryText } = await import('../registry/registry-text.ts');
    const headers = !flags['no-headers'];
    out.write(registryText(status, { headers, paint: await out.paint(), now: Date.now() }));
  },
});
