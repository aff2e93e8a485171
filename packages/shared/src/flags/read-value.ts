import { parseDuration } from '../duration.ts';
import type { Flag, FlagValue } from './flag.ts';
import { readCsv } from './read-csv.ts';

/** The value of a flag that was not given. */
export function fallbackValue(flag: Flag): FlagValue {
  if (flag.fallback !== '') return readValue(flag, flag.fallback, undefined);
  switch (flag.type) {
    case 'string':
      return '';
    case 'switch':
      return false;
    case 'list':
    case 'texts':
      return [];
    case 'map':
      return new Map();
    case 'count':
    case 'duration':
      return 0;
    case 'integer':
    case 'number':
      return undefined;
    default:
      return flag.type satisfies never;
  }
}

/**
 * The value that `text` makes of the one before.
 * @param before - what earlier uses of this flag made; undefined at the first use, which replaces the
 *   default, where further ones add to a list, a map or a count
 * @throws {Error} in the words of Go's strconv, time and pflag
 */
export function readValue({ type }: Pick<Flag, 'type'>, text: string, before: FlagValue): FlagValue {
  switch (type) {
    case 'string':
      return text;
    case 'switch':
      return readSwitch(text);
    case 'count':
      return text === '+1' ? Number(before ?? 0) + 1 : readInteger(text);
    case 'list':
      return [...((before as readonly string[] | undefined) ?? []), ...readCsv(text)];
    case 'texts':
      return [...((before as readonly string[] | undefined) ?? []), text];
    case 'map':
      return new Map([...((before as ReadonlyMap<string, string> | undefined) ?? []), ...readPairs(text)]);
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
  throw invalidSyntax('ParseBool', text);
}

const integer =
  /^(?<sign>[+-]?)(?<digits>0x_?[\da-f]+(?:_[\da-f]+)*|0b_?[01]+(?:_[01]+)*|0o?(?:_?[0-7]+)+|0|[1-9]\d*(?:_\d+)*)$/i;

function readInteger(text: string): number {
  const { sign, digits } = integer.exec(text)?.groups ?? {};
  if (digits === undefined) throw invalidSyntax('ParseInt', text);
  const plain = digits.replaceAll('_', '').toLowerCase();
  const magnitude = BigInt(/^0[0-7]/.test(plain) ? `0o${plain.slice(1)}` : plain);
  const value = sign === '-' ? -magnitude : magnitude;
  if (value !== BigInt.asIntN(64, value)) {
    throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(value);
}

function readNumber(text: string): number {
  const value = Number(text);
  if (/^[+-]?(?:\d|\.\d)/.test(text) && Number.isFinite(value)) return value;
  throw invalidSyntax('ParseFloat', text);
}

function invalidSyntax(what: string, text: string): Error {
  return new Error(`strconv.${what}: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** `k=v,k2=v2`. With a single `=` a comma belongs to the value, as in pflag. */
function readPairs(text: string): [string, string][] {
  const signs = text.split('=').length - 1;
  const pairs = signs > 1 ? readCsv(text) : [text.replace(/^"+|"+$/g, '')];
  return pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 0) throw new Error(`${pair} must be formatted as key=value`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}
