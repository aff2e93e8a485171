import { describe, expect, it } from 'vitest';
import { readsAsString, resolvePlain } from './scalar.ts';
import { scalarText } from './scalar-text.ts';
import { toJson } from './to-json.ts';

/** What `text` becomes in the JSON that the API server gets. */
function json(text: string): string {
  return JSON.stringify(toJson(resolvePlain(text)));
}

describe('resolvePlain reads as Go yaml.v2 does', () => {
  it.each([
    // booleans of YAML 1.1
    ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((text) => [
      text,
      'true',
    ]),
    ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((text) => [
      text,
      'false',
    ]),
    ['tRUE', '"tRUE"'],
    ['yEs', '"yEs"'],
    ['yes!', '"yes!"'],
    // nulls
    ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, 'null']),
    ['nULL', '"nULL"'],
    ['~x', '"~x"'],
    // integers
    ['0', '0'],
    ['-0', '0'],
    ['+1', '1'],
    ['-12', '-12'],
    ['1_000', '1000'],
    ['_1', '"_1"'],
    ['1__0', '10'],
    // octal, of YAML 1.1 and of Go
    ['0644', '420'],
    ['0o17', '15'],
    ['0O17', '15'],
    ['-0o7', '-7'],
    ['00', '0'],
    ['08', '8'],
    ['0_7', '7'],
    // hexadecimal and binary
    ['0x1F', '31'],
    ['0X1f', '31'],
    ['-0x1F', '-31'],
    ['0x', '"0x"'],
    ['0xG', '"0xG"'],
    ['0b11', '3'],
    ['-0b1', '-1'],
    ['+0b1', '1'],
    ['0b2', '"0b2"'],
    ['0b', '"0b"'],
    // no digit is lost
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['0xffffffffffffffff', '18446744073709551615'],
    // beyond 64 bits: a float
    ['18446744073709551616', '18446744073709552000'],
    ['-9223372036854775809', '-9223372036854776000'],
    ['+9223372036854775808', '9223372036854776000'],
    // floats
    ['1.0', '1'],
    ['1.50', '1.5'],
    ['1.', '1'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['.5_0', '0.5'],
    ['1_0.5', '10.5'],
    ['1e3', '1000'],
    ['1E3', '1000'],
    ['1e+3', '1000'],
    ['12e03', '12000'],
    ['1e-3', '0.001'],
    ['-0.0', '0'],
    ['1e999', '"1e999"'],
    ['1.2.3', '"1.2.3"'],
    ['.', '"."'],
    ['.e3', '".e3"'],
    ['...', '"..."'],
    // what JSON cannot say; the document is refused
    ['.inf', 'null'],
    ['-.Inf', 'null'],
    ['.NaN', 'null'],
    ['+.INF', 'null'],
    ['inf', '"inf"'],
    ['NaN', '"NaN"'],
    // timestamps and base 60 stay strings
    ['2001-01-01', '"2001-01-01"'],
    ['2001-12-14t21:59:43.10-05:00', '"2001-12-14t21:59:43.10-05:00"'],
    ['22:22', '"22:22"'],
    ['190:20:30', '"190:20:30"'],
    ['1:30.5', '"1:30.5"'],
    // the rest
    ['=', '"="'],
    ['-', '"-"'],
    ['+', '"+"'],
    ['-x', '"-x"'],
    ['1a', '"1a"'],
    ['1.2.3-rc.1', '"1.2.3-rc.1"'],
  ])('%s is %s', (text = '', expected = '') => {
    expect(json(text)).toBe(expected);
  });
});

describe('readsAsString', () => {
  it.each(['yes', '', '1', '0o7', '1e3', '.5', '2001-01-01', '2001-1-1 1:2:3', '2001-01-01T00:00:00Z', '~'])(
    'says that "%s" would be read as something else',
    (text) => {
      expect(readsAsString(text)).toBe(false);
    },
  );

  it.each([
    'app',
    'yesterday',
    '1.2.3',
    '2001-13-01',
    '2001-02-30',
    '2001-01-01T00:00:00',
    '2001-01-01 00:00:00Z',
    '2001-01-01 24:00:00',
    '-',
    '22:22',
  ])('says that "%s" would be read as it is', (text) => {
    expect(readsAsString(text)).toBe(true);
  });
});

describe('scalarText prints as Go does', () => {
  it.each([
    ['1.0', '1'],
    ['1.10', '1.1'],
    ['0x10', '16'],
    ['yes', 'true'],
    ['1000000', '1000000'],
    ['1000000.0', '1e+06'],
    ['1234567.5', '1.2345675e+06'],
    ['123456.5', '123456.5'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['-0.0', '-0'],
    ['.inf', '.inf'],
    ['-.inf', '-.inf'],
    ['.nan', '.nan'],
    ['18446744073709551616', '1.8446744073709552e+19'],
  ])('%s as %s', (text, expected) => {
    expect(scalarText(resolvePlain(text))).toBe(expected);
  });
});
