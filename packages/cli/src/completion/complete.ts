import type { Flag, FlagTable } from '@fluxctl/shared/flags/flag';
import { impliedValue } from '@fluxctl/shared/flags/flag';
import type { Command } from '../commands/command.ts';
import { outputFormats } from '../commands/listing-flags.ts';
import { commandNamed, findCommandName } from '../find-command.ts';
import { globalFlags } from '../global-flags.ts';
import { shells } from './shells.ts';

export interface Candidate {
  readonly text: string;
  /** Shown beside it where the shell can; may be empty. */
  readonly help: string;
}

/**
 * What a shell is to do besides, by the numbers of Flux v1's completion: names of files, none, none and
 * no space behind the word, folders.
 */
export const directives = { files: 0, nothingElse: 4, goesOn: 6, folders: 16 } as const;

export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: (typeof directives)[keyof typeof directives];
}

/**
 * What the last word of half a command line could become.
 * @param words - the words behind `fluxctl`; the last one, which may be empty, is being typed
 */
export async function complete(
  commands: readonly Command[],
  words: readonly string[],
  contextNames: () => Promise<readonly string[]>,
): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { name } = findCommandName(globalFlags, before);
  const command = name === undefined ? undefined : commandNamed(commands, name);
  const flags: FlagTable = { ...globalFlags, ...command?.flags };

  const awaited = flagAwaitingValue(flags, before, typed);
  if (awaited) {
    const { flagName, start, value } = awaited;
    const values = await flagValues(command, flagName, contextNames);
    const candidates = startingWith(
      value,
      values.map((text) => ({ text, help: '' })),
    ).map(prefixed(start));
    return { candidates, directive: valueDirective(flagName, candidates) };
  }
  if (typed.startsWith('-')) return only(startingWith(typed, flagCandidates(flags)));
  if (!command && name === undefined) return only(startingWith(typed, commandCandidates(commands)));
  if (command?.name === 'help' && before.at(-1) === 'help') {
    return only(startingWith(typed, commandCandidates(commands)));
  }
  if (command?.name === 'completion' && before.at(-1) === 'completion') {
    return only(
      startingWith(
        typed,
        shells.map((text) => ({ text, help: '' })),
      ),
    );
  }
  return only([]);
}

function only(candidates: readonly Candidate[]): Completion {
  return { candidates, directive: directives.nothingElse };
}

function startingWith(typed: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ text }) => text.startsWith(typed));
}

function prefixed(start: string): (candidate: Candidate) => Candidate {
  return ({ text, help }) => ({ text: start + text, help });
}

function commandCandidates(commands: readonly Command[]): Candidate[] {
  return commands.filter(({ hidden }) => !hidden).map(({ name, summary }) => ({ text: name, help: summary }));
}

function flagCandidates(flags: FlagTable): Candidate[] {
  return Object.entries(flags)
    .filter(([, { deprecated }]) => deprecated === undefined)
    .map(([name, { help }]) => ({ text: `--${name}`, help }));
}

interface AwaitedValue {
  readonly flagName: string;
  /** What of the typed word is not the value. */
  readonly start: string;
  readonly value: string;
}

/** The flag whose value is being typed: `--flag `, `-f `, or `--flag=`. */
function flagAwaitingValue(
  flags: FlagTable,
  before: readonly string[],
  typed: string,
): AwaitedValue | undefined {
  const [, long, value = ''] = /^--([^=]+)=(.*)$/s.exec(typed) ?? [];
  if (long !== undefined) {
    return Object.hasOwn(flags, long) ? { flagName: long, start: `--${long}=`, value } : undefined;
  }
  const last = before.at(-1) ?? '';
  const found = Object.entries(flags).find(([name, flag]) => matches(last, name, flag));
  return found && impliedValue(found[1]) === undefined
    ? { flagName: found[0], start: '', value: typed }
    : undefined;
}

function matches(word: string, name: string, { short }: Flag): boolean {
  return word === `--${name}` || (short !== undefined && word === `-${short}`);
}

function valueDirective(flagName: string, candidates: readonly Candidate[]): Completion['directive'] {
  if (flagName === 'output-dir') return directives.folders;
  const goesOn = candidates.some(({ text }) => /[=.]$/.test(text));
  return goesOn ? directives.goesOn : directives.nothingElse;
}

async function flagValues(
  command: Command | undefined,
  name: string,
  contextNames: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (name === 'context') return contextNames();
  const own = command?.values;
  if (own && Object.hasOwn(own, name)) return own[name] ?? [];
  return name === 'output-format' ? outputFormats : [];
}
