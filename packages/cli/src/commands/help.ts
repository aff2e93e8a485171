import { defineCommand } from './command.ts';

/** `help` and `help COMMAND`; the text is that of `--help`. */
export const helpCommand = defineCommand({
  name: 'help',
  summary: 'Show help about a command',
  usage: '[command]',
  flags: {},
  async run({ args }, { out, commands }) {
    const { helpText } = await import('../help-text.ts');
    out.write(await helpText(commands, args[0]));
  },
});
