import { defineCommand } from './command.ts';

/** Called by the completion scripts, ours and those that Flux v1 made, at every press of TAB. */
export const completeCommand = defineCommand({
  name: '__complete',
  aliases: ['__completeNoDesc'],
  hidden: true,
  summary: 'Print what the last of the words could become',
  usage: '[words...]',
  flags: {},
  async run({ args }, { out, env, commands }) {
    const { complete } = await import('../completion/complete.ts');
    const { candidates, directive } = await complete(commands, args, async () => {
      const { contextNames } = await import('../connect/contexts.ts');
      return contextNames(env);
    });
    for (const { text, help } of candidates) out.line(help === '' ? text : `${text}\t${help}`);
    out.line(`:${directive}`);
  },
});
