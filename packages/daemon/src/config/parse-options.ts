import { parseDuration } from '@fluxctl/shared/duration';
import { errorMessage } from '@fluxctl/shared/errors';
import { type Option, type OptionName, type OptionValues, options } from './options.ts';

export interface ParsedOptions {
  readonly values: OptionValues;
  /** Options that stand on the command line. */
  readonly given: ReadonlySet<OptionName>;
  /** What cannot be understood, in pflag's words; all of it. */
  readonly problems: readonly string[];
}

type Value = string | boolean | number | readonly string[] | undefined;

/**
 * Reads the command line with the grammar of Flux v1 (Go's pflag): `--f=v` or `--f v`, switches take a
 * value only as `--f=false`, `-l v`, lists by comma and by repetition, `--` ends the options. What is
 * no option is passed over.
 */
export function parseOptions(argv: readonly string[]): ParsedOptions {
  const rows = new Map<string, Option>(Object.entries(options));
  const shorts = new Map([...rows].flatMap(([name, { short }]) => (short ? [[short, name] as const] : [])));
  const values = new Map<string, Value>();
  const given = new Set<OptionName>();
  const problems: string[] = [];
  for (const [name, row] of rows)
    values.set(name, row.fallback === '' ? empty(row) : read(row, row.fallback));

  const take = (name: string, text: string, shown: string): void => {
    const row = rows.get(name);
    if (!row) return;
    try {
      const value = read(row, text);
      const before = values.get(name);
      // The first use of a list replaces the default, further ones add to it.
      const adds = Array.isArray(before) && Array.isArray(value) && given.has(name as OptionName);
      values.set(name, adds ? [...before, ...value] : value);
      given.add(name as OptionName);
    } catch (error) {
      problems.push(`invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${errorMessage(error)}`);
    }
  };

  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined && word !== '--'; word = rest.shift()) {
    if (!word.startsWith('-') || word === '-') continue;
    const isLong = word.startsWith('--');
    const [, label = '', value] = (isLong ? /^--([^=]*)(?:=(.*))?$/s : /^-(.)(?:=?(.+))?$/s).exec(word) ?? [];
    const name = isLong ? label : shorts.get(label);
    const row = name === undefined ? undefined : rows.get(name);
    if (label === '' || label.startsWith('-')) problems.push(`bad flag syntax: ${word}`);
    else if (name === undefined || !row) {
      problems.push(isLong ? `unknown flag: --${label}` : `unknown shorthand flag: '${label}' in ${word}`);
    } else {
      const shown = row.short ? `-${row.short}, --${name}` : `--${name}`;
      const text = value ?? (row.type === 'switch' ? 'true' : rest.shift());
      if (text === undefined) {
        problems.push(
          isLong ? `flag needs an argument: --${name}` : `flag needs an argument: '${label}' in ${word}`,
        );
      } else take(name, text, shown);
    }
  }
  return { values: Object.fromEntries(values) as unknown as OptionValues, given, problems };
}

function empty({ type }: Option): Value {
  return type === 'list' ? [] : type === 'string' ? '' : undefined;
}

function read({ type }: Option, text: string): Value {
  switch (type) {
    case 'string':
      return text;
    case 'list':
      return text === '' ? [] : text.split(',');
    case 'switch':
      return readSwitch(text);
    case 'duration':
      return parseDuration(text);
    case 'integer':
      return readInteger(text);
    case 'number':
      return readNumber(text);
    default:
      return type satisfies never;
  }
}

function readSwitch(text: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function readInteger(text: string): number {
  if (/^[+-]?(?:\d+|0[xX][0-9a-fA-F]+)$/.test(text)) return Number(text);
  throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function readNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
}
