import { describe, expect, it } from 'vitest';
import { parseTagPattern } from './tag-pattern.ts';

it.each([
  { n: '[manifests T1]', pattern: '*', lets: ['', '1', 'foo'], stops: [] },
  { n: '[manifests T1]', pattern: 'glob:*', lets: ['', '1', 'foo'], stops: ['latest', 'Latest'] },
  { n: '[manifests T2]', pattern: 'master-*', lets: ['master-', 'master-foo'], stops: ['', 'foo-master'] },
  {
    n: '[manifests T3]',
    pattern: 'semver:*',
    lets: ['1', '1.0', 'v1.0.3'],
    stops: ['', 'latest', '2.0.1-alpha.1'],
  },
  {
    n: '[manifests T4]',
    pattern: 'semver:~1',
    lets: ['v1', '1', '1.2', '1.2.3'],
    stops: ['2.0.0', 'latest'],
  },
  { n: '[manifests T5]', pattern: 'semver:2.0.1-alpha.1', lets: ['2.0.1-alpha.1'], stops: ['2.0.1'] },
  {
    n: '[manifests T6]',
    pattern: 'semver:>=1.2.3-0',
    lets: ['1.2.3-alpha.1', '2.0.1-alpha.1'],
    stops: ['1.2.2'],
  },
  {
    n: '[manifests T7]',
    pattern: 'semver:>=1.2.3',
    lets: ['1.2.3+meta', '20190523'],
    stops: ['1.2.3-rc.1', '1.2.3.4', 'V1.2.3'],
  },
  {
    n: '[manifests T8]',
    pattern: 'semver: >= 1.0.0-rc.0, <1.0.1',
    lets: ['1.0.0', 'v1'],
    stops: ['1.0.0-rc.1', '1.0.1'],
  },
  { n: '[manifests T9]', pattern: 'regexp:^([a-zA-Z]+)$', lets: ['foo', 'fooBAR'], stops: ['1', 'foo-1'] },
  {
    n: '[manifests T10]',
    pattern: 'regex:^\\w{7}(?:\\w)?$',
    lets: ['af14eb2', 'bb73ed94'],
    stops: ['foo', '946427ff-foo'],
  },
  { n: '[manifests T13]', pattern: 'latest', lets: ['latest'], stops: ['Latest', 'v0'] },
  { n: '§3', pattern: 'glob:', lets: [''], stops: ['a'] },
  { n: '§3', pattern: 'glob: a*', lets: [' ab'], stops: ['ab'] },
  { n: '§3', pattern: 'glob:a*b*c', lets: ['abc', 'a/xbxc'], stops: ['acb', 'ab', 'abcd'] },
  { n: '§3', pattern: 'glob:ab*ba', lets: ['abba', 'abxba'], stops: ['aba'] },
  { n: '§3', pattern: 'regexp:(?i)^REL', lets: ['release'], stops: ['prerel'] },
  { n: '§3', pattern: 'Semver:*', lets: ['Semver:x'], stops: ['1.0'] },
])('$n $pattern', ({ pattern, lets, stops }) => {
  const { matches } = parseTagPattern(pattern);
  expect(lets.filter((tag) => !matches(tag))).toEqual([]);
  expect(stops.filter(matches)).toEqual([]);
});

it.each(['semver:zork', 'semver:', 'regexp:*', 'regexp:(?=a)'])(
  'says what is wrong with %s, and lets nothing through',
  (pattern) => {
    const { matches, problem } = parseTagPattern(pattern);
    expect(problem).toBeTruthy();
    expect(['1.0', 'zork', 'a', 'latest', ''].filter(matches)).toEqual([]);
  },
);

it.each([
  ['1.*', 'glob:1.*'],
  ['regex:^v', 'regexp:^v'],
  ['semver:~1', 'semver:~1'],
])('writes %s as %s', (written, text) => {
  expect(parseTagPattern(written).text).toBe(text);
});

it.each([
  ['regexp:^build-(?P<n>[0-9]+)$', 'build-12', '12'],
  ['regexp:^build-[0-9]+$', 'build-12', 'build-12'],
  ['regexp:^(?:a-(\\d+)|b)$', 'b', undefined],
  ['regexp:^x', 'build-12', undefined],
  ['glob:build-*', 'build-12', 'build-12'],
  ['semver:*', '1.2', '1.2'],
])('%s captures of %s: %s', (pattern, tag, part) => {
  expect(parseTagPattern(pattern).capture(tag)).toBe(part);
});

describe('an expression that is made to explode', () => {
  const tag = 'a'.repeat(127);
  it.each([
    { source: '^(a+)+$' },
    { source: '^((a*)*)*b$' },
    { source: '^(a|a|aa|[ab])*$' },
    { source: '(.*a){20}!' },
    { source: `${'a?'.repeat(127)}${'a'.repeat(127)}!` },
  ])('takes time in proportion to the tag: $source', ({ source }) => {
    const { matches, problem } = parseTagPattern(`regexp:${source}`);
    expect(problem).toBeUndefined();
    // backtracking would outlast the universe
    for (let count = 0; count < 20; count += 1) expect(matches(`${tag}!`)).toBe(source.endsWith('!'));
  });

  it.each([
    ['is compiled to too much', '(a?){1000}a{1000}'],
    ['is written too long', Array.from({ length: 5_000 }, (_, at) => `v${at}`).join('|')],
  ])('%s: lets nothing through, and says so', (_, source) => {
    const { matches, problem } = parseTagPattern(`regexp:${source}`);
    expect(problem).toBe('expression is too large');
    expect(matches('a'.repeat(1_000))).toBe(false);
  });

  it.each(['(a{1000}){1000}', '((a{100}){100}){100}', '('.repeat(2_000), '(?:'.repeat(2_000)])(
    'is none to RE2 either: %.30s',
    (source) => {
      const { matches, problem } = parseTagPattern(`regexp:${source}`);
      expect(problem).toMatch(/^error parsing regexp: /);
      expect(matches('1.0')).toBe(false);
    },
  );
});

it('reads a pattern once, as long as there are not too many others', () => {
  const first = parseTagPattern('regexp:^kept$');
  expect(parseTagPattern('regexp:^kept$')).toBe(first);
  for (let n = 0; n < 500; n += 1) parseTagPattern(`other-${n}`);
  expect(parseTagPattern('regexp:^kept$')).not.toBe(first);
});
