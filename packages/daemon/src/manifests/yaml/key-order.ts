import { YamlFloat, type YamlMap, type YamlScalar } from './node.ts';

/** Places of a mapping's keys in the order in which Go's yaml.v2 writes them. */
export function sortedKeys(map: YamlMap): readonly number[] {
  const { keys, scalarKeys } = map;
  if (scalarKeys === undefined) return keys.length > fewKeys ? sortedTexts(keys) : insertionSorted(keys);
  const scalar = (index: number): YamlScalar => scalarKeys.get(keys[index] ?? '') ?? keys[index] ?? '';
  return keys.map((_, index) => index).sort((a, b) => compareScalars(scalar(a), scalar(b)));
}

/** Up to here, which is nearly everywhere, insertion is the quicker way to sort. */
const fewKeys = 12;

function sortedTexts(keys: readonly string[]): number[] {
  return keys.map((_, index) => index).sort((a, b) => compareText(keys[a] ?? '', keys[b] ?? ''));
}

function insertionSorted(keys: readonly string[]): number[] {
  const order = new Array<number>(keys.length);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    let at = index;
    for (; at > 0; at -= 1) {
      const before = order[at - 1] ?? 0;
      if (compareText(keys[before] ?? '', key) <= 0) break;
      order[at] = before;
    }
    order[at] = index;
  }
  return order;
}

/** Booleans and numbers by value and before strings, null before all. */
function compareScalars(a: YamlScalar, b: YamlScalar): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined && left !== right) return left < right ? -1 : 1;
  return kindOrder(a) - kindOrder(b);
}

function numberOf(value: YamlScalar): number | undefined {
  if (value instanceof YamlFloat) return value.value;
  return value === null || typeof value === 'string' ? undefined : Number(value);
}

/** Go's own order of types, which decides between keys of unlike types. */
function kindOrder(value: YamlScalar): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 1;
  if (value instanceof YamlFloat) return 3;
  return typeof value === 'string' ? 4 : 2;
}

/** Letters after everything else, runs of digits by their value: `a2` before `a10`. */
function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === shorter) return a.length - b.length;

  const left = a.codePointAt(at) ?? 0;
  const right = b.codePointAt(at) ?? 0;
  const leftIsLetter = isLetter(left);
  const rightIsLetter = isLetter(right);
  if (leftIsLetter && rightIsLetter) return left - right;
  if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;

  // Zeros that follow other digits belong to a number that has begun before.
  const inNumber = (left === zero || right === zero) && endsInNumber(a, at);
  const leftNumber = readDigits(a, at, inNumber);
  const rightNumber = readDigits(b, at, inNumber);
  if (leftNumber.value !== rightNumber.value) return leftNumber.value < rightNumber.value ? -1 : 1;
  return leftNumber.end - rightNumber.end || left - right;
}

const zero = 0x30;

function endsInNumber(text: string, end: number): boolean {
  for (let at = end - 1; at >= 0 && isDigit(text.charCodeAt(at)); at -= 1) {
    if (text.charCodeAt(at) !== zero) return true;
  }
  return false;
}

function readDigits(text: string, start: number, inNumber: boolean): { value: bigint | number; end: number } {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end += 1;
  const digits = (inNumber ? '1' : '') + text.slice(start, end);
  // as in Go, where the sum overflows after 64 bits
  const value = digits.length <= 15 ? Number(digits) : BigInt.asIntN(64, BigInt(digits));
  return { value, end };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const letter = /\p{L}/u;

function isLetter(code: number): boolean {
  if (code < 0x80) return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return letter.test(String.fromCodePoint(code));
}
