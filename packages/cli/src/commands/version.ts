import { version } from '@fluxctl/shared/version';
import { defineCommand } from './command.ts';

export const versionCommand = defineCommand({
  name: 'version',
  summary: 'Show the version of fluxctl',
  flags: {},
  async run(_invocation, { out }) {
    out.line(version);
  },
});
