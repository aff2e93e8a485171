import { YamlFloat, type YamlScalar } from './node.ts';

/**
 * What a plain scalar means to Kubernetes, which reads YAML through Go's yaml.v2: a mixture of YAML 1.1
 * and Go's own number syntax. Timestamps and base 60 numbers are strings.
 */
export function resolvePlain(text: string): YamlScalar {
  switch (hintOf(text)) {
    case number:
      return resolveNumber(text);
    case word:
      return text.length <= longestWord && words.has(text) ? wordValue(text) : text;
    default:
      return text;
  }
}

/** Whether a plain scalar of this text would be read as this very text. */
export function readsAsString(text: string): boolean {
  switch (hintOf(text)) {
    case number:
      return typeof resolveNumber(text) === 'string' && !looksLikeTimestamp(text);
    case word:
      return text.length > longestWord || !words.has(text);
    default:
      return true;
  }
}

const number = 1;
const word = 2;

/** What the first character tells: a number perhaps, a word with a meaning perhaps, or neither (0). */
function hintOf(text: string): number {
  return text === '' ? word : (hints[text.charCodeAt(0)] ?? 0);
}

const hints = new Uint8Array(128);
for (const first of '0123456789+-.') hints[first.charCodeAt(0)] = number;
for (const first of 'yYnNtTfFoO~') hints[first.charCodeAt(0)] = word;

const words: ReadonlyMap<string, YamlScalar> = new Map<string, YamlScalar>([
  ...spellings('', '~', 'null', 'Null', 'NULL').map((word) => [word, null] as const),
  ...spellings('y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON').map(
    (word) => [word, true] as const,
  ),
  ...spellings('n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF').map(
    (word) => [word, false] as const,
  ),
  ...spellings('.nan', '.NaN', '.NAN').map((word) => [word, new YamlFloat(Number.NaN)] as const),
  ...spellings('.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF').map(
    (word) => [word, new YamlFloat(Number.POSITIVE_INFINITY)] as const,
  ),
  ...spellings('-.inf', '-.Inf', '-.INF').map(
    (word) => [word, new YamlFloat(Number.NEGATIVE_INFINITY)] as const,
  ),
]);
const longestWord = 5;

function spellings(...words: string[]): string[] {
  return words;
}

function wordValue(word: string): YamlScalar {
  return words.get(word) ?? null;
}

const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const uint64Max = 2n ** 64n - 1n;

function resolveNumber(text: string): YamlScalar {
  if (text.charCodeAt(0) === 0x2e) return words.has(text) ? wordValue(text) : resolveFraction(text); // .
  if (text.length <= longestWord && words.has(text)) return wordValue(text);
  if (looksLikeTimestamp(text)) return text;
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  if (integer.test(digits)) {
    const value = readInteger(digits);
    if (value !== undefined) return value;
  }
  if (float.test(digits)) {
    const value = Number(digits);
    if (Number.isFinite(value)) return new YamlFloat(value);
  }
  return text;
}

/** The integer, or undefined where it fits neither int64 nor (without a sign) uint64. */
function readInteger(digits: string): number | bigint | undefined {
  const signed = digits.startsWith('-') || digits.startsWith('+');
  const magnitude = signed ? digits.slice(1) : digits;
  const octal = /^0[0-7]/.test(magnitude);
  const literal = octal ? `0o${magnitude.slice(1)}` : magnitude;
  const small = Number(literal);
  if (Number.isSafeInteger(small)) return digits.startsWith('-') && small !== 0 ? -small : small;
  const value = digits.startsWith('-') ? -BigInt(literal) : BigInt(literal);
  const fits = value >= int64.min && value <= (signed ? int64.max : uint64Max);
  return fits ? value : undefined;
}

/** `.5`, in Go's float syntax, which lets `_` stand between digits. */
function resolveFraction(text: string): YamlScalar {
  if (!/^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/.test(text)) return text;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? new YamlFloat(value) : text;
}

const timestamp =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]|( +))([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?$/;

/** Whether Go's yaml.v2 takes a text for a date, with or without a time. It stays a string, but is quoted when written. */
function looksLikeTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d) return false; // YYYY-
  const match = timestamp.exec(text);
  if (!match) return false;
  const [, year, month, day, spaces, hour, minute, second, zone] = match;
  const days = daysIn(Number(year), Number(month));
  if (Number(day) < 1 || Number(day) > days) return false;
  if (hour === undefined) return true;
  // a time after `T` has a zone, a time after spaces has none
  if ((spaces === undefined) !== (zone !== undefined)) return false;
  const [, zoneHours = 0, zoneMinutes = 0] = /([0-9]{2}):([0-9]{2})/.exec(zone ?? '') ?? [];
  return (
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60 &&
    Number(zoneHours) <= 24 &&
    Number(zoneMinutes) < 60
  );
}

/** Days of a month (1 to 12); 0 for any other month. */
function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return leap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
