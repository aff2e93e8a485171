import { errorMessage } from '../errors.ts';
import { type Flag, type FlagTable, type FlagValue, type FlagValues, impliedValue } from './flag.ts';
import { fallbackValue, readValue } from './read-value.ts';

export interface ParsedFlags<T extends FlagTable> {
  readonly values: FlagValues<T>;
  /** Flags that stand on the command line and could be read. */
  readonly given: ReadonlySet<keyof T & string>;
  /** Whatever is no flag, in order. */
  readonly positionals: readonly string[];
  /** What cannot be understood, in pflag's words; all of it. Go's programs tell the first alone. */
  readonly problems: readonly string[];
  /** A line for each use of a deprecated flag. */
  readonly deprecations: readonly string[];
}

/** A use of a flag as it was written, or a word that is none. */
type Token =
  | { readonly kind: 'flag'; readonly name: string; readonly value: string }
  | { readonly kind: 'positional'; readonly text: string }
  | { readonly kind: 'problem'; readonly text: string };

/**
 * Reads a command line with the grammar of Flux v1's programs (Go's pflag): `--f v`, `--f=v`, `-fv`,
 * `-f v`, `-f=v`, letters together (`-vv`), switches as `--f=false`, flags behind other words, `--` at
 * the end of all flags.
 */
export function parseFlags<T extends FlagTable>(table: T, argv: readonly string[]): ParsedFlags<T> {
  const values = new Map<string, FlagValue>();
  const given = new Set<string>();
  const positionals: string[] = [];
  const problems: string[] = [];
  const deprecations: string[] = [];
  for (const [name, flag] of Object.entries(table)) {
    if (flag.into === undefined) values.set(name, fallbackValue(flag));
  }

  for (const token of tokenize(table, argv)) {
    if (token.kind === 'positional') positionals.push(token.text);
    else if (token.kind === 'problem') problems.push(token.text);
    else {
      const flag = table[token.name] as Flag;
      const variable = flag.into ?? token.name;
      try {
        const before = given.has(token.name) ? values.get(variable) : undefined;
        values.set(variable, readValue(flag, token.value, before));
        given.add(token.name);
      } catch (error) {
        const shown = flagName(token.name, flag);
        problems.push(
          `invalid argument ${JSON.stringify(token.value)} for "${shown}" flag: ${errorMessage(error)}`,
        );
      }
      if (flag.deprecated !== undefined) {
        deprecations.push(`Flag --${token.name} has been deprecated, ${flag.deprecated}`);
      }
    }
  }
  return {
    values: Object.fromEntries(values) as unknown as FlagValues<T>,
    given: given as ReadonlySet<keyof T & string>,
    positionals,
    problems,
    deprecations,
  };
}

/** `-l, --limit`, as messages and help name a flag. */
export function flagName(name: string, { short }: Flag): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}

function* tokenize(table: FlagTable, argv: readonly string[]): Generator<Token, void, undefined> {
  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') {
      for (const text of words) yield { kind: 'positional', text };
      return;
    }
    if (!word.startsWith('-') || word === '-') yield { kind: 'positional', text: word };
    else if (word.startsWith('--')) yield longFlag(table, word, words);
    else yield* shortFlags(table, word.slice(1), words);
  }
}

function longFlag(table: FlagTable, word: string, words: string[]): Token {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  if (name === '' || name.startsWith('-')) return { kind: 'problem', text: `bad flag syntax: ${word}` };
  const flag = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!flag) return { kind: 'problem', text: `unknown flag: --${name}` };
  const value = equals < 0 ? (impliedValue(flag) ?? words.shift()) : word.slice(equals + 1);
  if (value === undefined) return { kind: 'problem', text: `flag needs an argument: ${word}` };
  return { kind: 'flag', name, value };
}

/** @param letters - the word without its dash; a letter whose flag takes a value takes the rest of it */
function* shortFlags(table: FlagTable, letters: string, words: string[]): Generator<Token, void, undefined> {
  for (let rest = letters; rest !== ''; ) {
    const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    const [name, flag] = Object.entries(table).find(([, { short }]) => short === letter) ?? [];
    if (name === undefined || !flag) {
      yield { kind: 'problem', text: `unknown shorthand flag: '${letter}' in -${rest}` };
      return;
    }
    const implied = impliedValue(flag);
    let value: string | undefined;
    let next = '';
    if (rest.length > 2 && rest[1] === '=') value = rest.slice(2);
    else if (implied !== undefined) {
      value = implied;
      next = rest.slice(1);
    } else value = rest.length > 1 ? rest.slice(1) : words.shift();
    if (value === undefined) {
      yield { kind: 'problem', text: `flag needs an argument: '${letter}' in -${rest}` };
      return;
    }
    yield { kind: 'flag', name, value };
    rest = next;
  }
}
