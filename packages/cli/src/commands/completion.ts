import { UserError } from '@fluxctl/shared/errors';
import { shells } from '../completion/shells.ts';
import { defineCommand } from './command.ts';

export const completionCommand = defineCommand({
  name: 'completion',
  summary: 'Print a script that completes fluxctl command lines in a shell',
  details: `What completes is asked of fluxctl itself; no cluster is needed for it.`,
  examples: [
    '. <(fluxctl completion bash)',
    'fluxctl completion zsh > "$HOME/.zfunc/_fluxctl"   # with ~/.zfunc in $fpath',
    'fluxctl completion fish > ~/.config/fish/completions/fluxctl.fish',
  ],
  usage: '<bash|fish|zsh>',
  flags: {},
  async run({ args }, { out }) {
    const [name, ...others] = args;
    if (name === undefined) throw new UserError('please specify a shell');
    if (others.length > 0) {
      throw new UserError(`please specify one of the following shells: ${shells.join(' ')}`);
    }
    const shell = shells.find((known) => known === name);
    if (!shell) throw new UserError(`unsupported shell type ${JSON.stringify(name)}`);
    const { completionScripts } = await import('../completion/scripts.ts');
    out.write(completionScripts[shell]);
  },
});
