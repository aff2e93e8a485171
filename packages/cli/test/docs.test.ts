import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands/commands.ts';
import { globalFlags } from '../src/global-flags.ts';
import { flagTable } from './support/flag-table.ts';

const manual = new URL('../../../docs/fluxctl.md', import.meta.url);
const shown = commands.filter(({ hidden }) => !hidden);

/** Between these comments the manual is made of the program. */
function part(name: string, text: string): string {
  return `<!-- ${name}: from the program -->\n\n${text}\n<!-- end of ${name} -->`;
}

function commandPart({ name, aliases = [], summary, usage, flags }: (typeof commands)[number]): string {
  const call = ['fluxctl', name, usage, '[flags]'].filter(Boolean).join(' ');
  const alias =
    aliases.length === 0 ? '' : ` Another name: ${aliases.map((text) => `\`${text}\``).join(', ')}.`;
  const table = Object.keys(flags).length === 0 ? 'No flags of its own.\n' : flagTable(flags);
  return part(name, `${summary}.${alias}\n\n    ${call}\n\n${table}`);
}

const globalPart = part('global flags', flagTable(globalFlags));

/** Writes the parts anew, where `UPDATE_DOCS=1` asks for it. */
async function renewed(text: string): Promise<string> {
  if (process.env.UPDATE_DOCS !== '1') return text;
  const parts = [globalPart, ...shown.map(commandPart)];
  const next = parts.reduce((before, made) => {
    const [start = '', end = ''] = [made.split('\n').at(0), made.split('\n').at(-1)];
    const [from, to] = [before.indexOf(start), before.indexOf(end)];
    return from < 0 || to < 0 ? before : before.slice(0, from) + made + before.slice(to + end.length);
  }, text);
  await writeFile(manual, next);
  return next;
}

describe('docs/fluxctl.md', async () => {
  const text = await renewed(await readFile(manual, 'utf8'));

  it.each(shown.map((command) => [command.name, command] as const))(
    'describes %s as its help does',
    (_name, command) => {
      expect(text).toContain(`## ${command.name}\n\n${commandPart(command)}`);
    },
  );

  it('describes the global flags', () => {
    expect(text).toContain(`## Global flags\n\n${globalPart}`);
  });

  it('describes no command that does not exist', () => {
    const headings = [...text.matchAll(/^## ([a-z][a-z-]*)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(shown.map(({ name }) => name));
  });
});
