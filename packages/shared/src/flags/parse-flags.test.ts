import { describe, expect, it } from 'vitest';
import type { FlagTable } from './flag.ts';
import { parseFlags } from './parse-flags.ts';

const table = {
  url: { type: 'string', fallback: '', short: 'u', help: '' },
  timeout: { type: 'duration', fallback: '60s', help: '' },
  limit: { type: 'integer', fallback: '10', short: 'l', help: '' },
  bits: { type: 'integer', fallback: '', help: '' },
  rps: { type: 'number', fallback: '', help: '' },
  verbose: { type: 'count', fallback: '', short: 'v', help: '' },
  all: { type: 'switch', fallback: 'false', short: 'a', help: '' },
  secure: { type: 'switch', fallback: 'true', help: '' },
  labels: { type: 'map', fallback: 'app=flux', help: '' },
  set: { type: 'texts', fallback: '', help: '' },
  path: { type: 'list', fallback: '', help: '' },
  paths: { type: 'list', fallback: '', help: '', into: 'path', deprecated: 'please use --path' },
} as const satisfies FlagTable;

describe('parseFlags', () => {
  it('gives defaults and zero values', () => {
    const { values, given, positionals, problems } = parseFlags(table, []);
    expect(values).toEqual({
      url: '',
      timeout: 60_000,
      limit: 10,
      bits: undefined,
      rps: undefined,
      verbose: 0,
      all: false,
      secure: true,
      labels: new Map([['app', 'flux']]),
      set: [],
      path: [],
    });
    expect({ given: [...given], positionals, problems }).toEqual({
      given: [],
      positionals: [],
      problems: [],
    });
  });

  it.each<[string[], object, string[]?]>([
    [['--url', 'x'], { url: 'x' }],
    [['--url=x=y'], { url: 'x=y' }],
    [['--set', 'a="b,c', '--set=d'], { set: ['a="b,c', 'd'] }],
    [['--url='], { url: '' }],
    [['-ux'], { url: 'x' }],
    [['-u', 'x'], { url: 'x' }],
    [['-u=x'], { url: 'x' }],
    [['-u='], { url: '=' }],
    [['-u', '-a'], { url: '-a', all: false }],
    [['-avux'], { all: true, verbose: 1, url: 'x' }],
    [['-vv', '-v'], { verbose: 3 }],
    [['-v', '--verbose=2'], { verbose: 2 }],
    [['--all=false'], { all: false }],
    [['-a=f'], { all: false }],
    [['--secure=false'], { secure: false }],
    [['--all', 'false'], { all: true }, ['false']],
    [['one', '-a', 'two'], { all: true }, ['one', 'two']],
    [['--', '-a', '--url'], { all: false }, ['-a', '--url']],
    [['-', ''], {}, ['-', '']],
    [['--limit', '0x10'], { limit: 16 }],
    [['--limit', '-1'], { limit: -1 }],
    [['--limit', '010'], { limit: 8 }],
    [['--rps', '1.5e2'], { rps: 150 }],
    [['--timeout', '1m30s'], { timeout: 90_000 }],
    [['--labels', 'a=b'], { labels: new Map([['a', 'b']]) }],
    [
      ['--labels', 'a=b,c=d', '--labels=e=f'],
      { labels: new Map(Object.entries({ a: 'b', c: 'd', e: 'f' })) },
    ],
    [['--labels', 'a=b,c'], { labels: new Map([['a', 'b,c']]) }],
    [['--path', 'a,b', '--path', '"c,d",e'], { path: ['a', 'b', 'c,d', 'e'] }],
    [['--path', '"a ""b"""'], { path: ['a "b"'] }],
    [['--path='], { path: [] }],
    [['--path=a', '--paths=b', '--path=c'], { path: ['b', 'c'] }],
  ])('reads %j', (argv, values, positionals = []) => {
    const parsed = parseFlags(table, argv);
    expect(parsed.problems).toEqual([]);
    expect(parsed.values).toMatchObject(values);
    expect(parsed.positionals).toEqual(positionals);
  });

  it.each([
    [['--foo'], 'unknown flag: --foo'],
    [['--foo=1'], 'unknown flag: --foo'],
    [['--toString'], 'unknown flag: --toString'],
    [['-x'], "unknown shorthand flag: 'x' in -x"],
    [['-ax'], "unknown shorthand flag: 'x' in -x"],
    [['--url'], 'flag needs an argument: --url'],
    [['-u'], "flag needs an argument: 'u' in -u"],
    [['-au'], "flag needs an argument: 'u' in -u"],
    [['---url'], 'bad flag syntax: ---url'],
    [['--=x'], 'bad flag syntax: --=x'],
    [['--timeout', '60'], 'invalid argument "60" for "--timeout" flag: time: missing unit in duration "60"'],
    [
      ['-l', 'foo'],
      'invalid argument "foo" for "-l, --limit" flag: strconv.ParseInt: parsing "foo": invalid syntax',
    ],
    [
      ['--limit=9223372036854775808'],
      'invalid argument "9223372036854775808" for "-l, --limit" flag: strconv.ParseInt: parsing "9223372036854775808": value out of range',
    ],
    [
      ['--all=yes'],
      'invalid argument "yes" for "-a, --all" flag: strconv.ParseBool: parsing "yes": invalid syntax',
    ],
    [
      ['--rps', 'x'],
      'invalid argument "x" for "--rps" flag: strconv.ParseFloat: parsing "x": invalid syntax',
    ],
    [['--labels', 'foo'], 'invalid argument "foo" for "--labels" flag: foo must be formatted as key=value'],
    [
      ['--labels', 'a=b=c,d'],
      'invalid argument "a=b=c,d" for "--labels" flag: d must be formatted as key=value',
    ],
    [
      ['--path', 'a"b'],
      String.raw`invalid argument "a\"b" for "--path" flag: parse error on line 1, column 2: bare " in non-quoted field`,
    ],
    [
      ['--path', '"a"b'],
      String.raw`invalid argument "\"a\"b" for "--path" flag: parse error on line 1, column 3: extraneous or missing " in quoted-field`,
    ],
  ])('refuses %j in the words of pflag', (argv, problem) => {
    expect(parseFlags(table, argv).problems).toEqual([problem]);
  });

  it('tells every problem, and reads the rest', () => {
    const { problems, values } = parseFlags(table, ['--foo', '-x', '--url', 'u']);
    expect(problems).toHaveLength(2);
    expect(values.url).toBe('u');
  });

  it('tells each use of a deprecated flag', () => {
    const { deprecations } = parseFlags(table, ['--paths=a', '--paths', 'b']);
    const line = 'Flag --paths has been deprecated, please use --path';
    expect(deprecations).toEqual([line, line]);
  });
});
