import { type FlagTable, impliedValue } from '@fluxctl/shared/flags/flag';
import type { Command } from './commands/command.ts';

export interface FoundCommand {
  /** Undefined when the command line names none. */
  readonly name: string | undefined;
  /** The command line without the command's name. */
  readonly rest: readonly string[];
}

/**
 * Finds the first word that is neither a flag nor the value of a global one, as Flux v1 does: an unknown
 * flag before the command is taken to have a value.
 */
export function findCommandName(globals: FlagTable, argv: readonly string[]): FoundCommand {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') {
      if (word !== '') return { name: word, rest: [...argv.slice(0, at), ...argv.slice(at + 1)] };
    } else if (takesNextWord(globals, word)) at += 1;
  }
  return { name: undefined, rest: argv };
}

function takesNextWord(globals: FlagTable, word: string): boolean {
  if (word.includes('=')) return false;
  const isLong = word.startsWith('--');
  if (!isLong && word.length > 2) return false;
  const flag = isLong
    ? globals[word.slice(2)]
    : Object.values(globals).find(({ short }) => short === word.slice(1));
  return !flag || impliedValue(flag) === undefined;
}

export function commandNamed(commands: readonly Command[], name: string): Command | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}

/** Names that the word may have been meant for: two slips of the finger away, or the rest of it. */
export function nearNames(commands: readonly Command[], word: string): string[] {
  const typed = word.toLowerCase();
  return commands
    .filter(({ hidden }) => !hidden)
    .map(({ name }) => name)
    .filter((name) => name.startsWith(typed) || editDistance(typed, name) <= 2)
    .sort();
}

/** How many letters must be put in, left out or changed to make one word of the other. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
