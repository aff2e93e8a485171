import { expect, it } from 'vitest';
import { parseConstraint } from './constraint.ts';
import { parseVersion } from './version.ts';

// Each row was held against Masterminds/semver 3.1.1.
it.each([
  { range: '~1.2.3', lets: '1.2.3 1.2.9', stops: '1.2.2 1.3.0 1.2.4-rc.1' },
  { range: '~1', lets: '1 1.9', stops: '2 0.9' },
  { range: '^1.2', lets: '1.2 1.9', stops: '2.0.0 1.1.9' },
  { range: '^0.2.3', lets: '0.2.3 0.2.9', stops: '0.3.0' },
  { range: '^0.0.3', lets: '0.0.3 0.4.3', stops: '0.0.4 0.0.2' },
  { range: '>1.2', lets: '1.3.0 2', stops: '1.2.9' },
  { range: '>1', lets: '2.0.0', stops: '1.9' },
  { range: '<=1.2', lets: '1.2.9 0.1', stops: '1.3' },
  { range: '<=1', lets: '1.9', stops: '2' },
  { range: '1.2', lets: '1.2.0 1.2.9', stops: '1.3' },
  { range: '=1.x', lets: '1.9', stops: '2' },
  { range: '1.0 - 2.0', lets: '1.0 1.5 2.0.9', stops: '2.1 0.9' },
  { range: '>=1 <2 || 3.x', lets: '1.5 3.1', stops: '2.0 4' },
  { range: '>=1, !=1.5', lets: '1.6', stops: '1.5.0 1.5.9' },
  { range: '!=1.2.0', lets: '1.2.1-rc.1 2', stops: '1.2.0' },
  { range: '=>1 =<2', lets: '1 2.5', stops: '3' },
  { range: '*-0', lets: '1', stops: '1.0.0-rc.1' },
  { range: '>=0-0', lets: '1.0.0-rc.1 1', stops: '' },
  { range: '~>1.2', lets: '1.2.0 1.2.9', stops: '1.3.0 1.1.9' },
  { range: '~1.x', lets: '1.0 1.9.9', stops: '2 0.9' },
  { range: '~0', lets: '0.0.1 0.9', stops: '1' },
  { range: '^1.2.x', lets: '1.2.0 1.9', stops: '2 1.1' },
  { range: '^0.2', lets: '0.2.0 0.2.9', stops: '0.3 0.1' },
  { range: '^0', lets: '0.0.1 0.9', stops: '1' },
  { range: '^1.2.3-rc.1', lets: '1.2.3-rc.2 1.9.0-alpha 1.2.3', stops: '1.2.3-beta 2.0.0-rc.1' },
  { range: '~1.2.3-0', lets: '1.2.3-alpha 1.2.4-alpha 1.2.9', stops: '1.3.0-alpha 1.2.2' },
  { range: '1.*', lets: '1 1.9.9', stops: '2' },
  { range: '1.2.X', lets: '1.2.0 1.2.9', stops: '1.3 1.2.3-rc.1' },
  { range: 'x', lets: '0 9.9', stops: '1.0.0-rc.1' },
  { range: '=1.2.3', lets: '1.2.3 1.2.3+meta v1.2.3', stops: '1.2.4 1.2.3-rc.1' },
  { range: '=v1.2.3', lets: '1.2.3', stops: '1.2.4' },
  { range: '!=1', lets: '2 0.9', stops: '1 1.9.9 2.0.0-rc.1' },
  { range: '!=1.2.x', lets: '1.3', stops: '1.2.0 1.2.9' },
  { range: '>1.2.3', lets: '1.2.4 1.3', stops: '1.2.3 1.2.3+meta 1.3.0-rc.1' },
  { range: '>=1.2', lets: '1.2.0 2', stops: '1.1.9' },
  { range: '<1.2', lets: '1.1.9 0', stops: '1.2.0 1.2.9' },
  { range: '<2.0.0-0', lets: '1.9 1.0.0-rc.1', stops: '2.0.0-0 2' },
  { range: '<=1.2.3', lets: '1.2.3 1.2.2', stops: '1.2.4' },
  { range: ' >= 1.2 , < 1.4 ', lets: '1.2 1.3.9', stops: '1.4 1.1' },
  { range: '1.2.3 - 2', lets: '1.2.3 2.9.9', stops: '3 1.2.2' },
  { range: '1.2 || 1.4 - 1.5, !=1.5.1', lets: '1.2.7 1.4 1.5.0', stops: '1.3 1.5.1 1.6' },
  { range: '>=20190101 <20200101', lets: '20190523', stops: '20200101 1' },
  { range: '01.2', lets: '1.2.3', stops: '1.3' },
])('$range', ({ range, lets, stops }) => {
  const admits = (text: string) => parseConstraint(range)?.(parseVersion(text) ?? expect.fail(text));
  expect(lets.split(' ').filter((text) => !admits(text))).toEqual([]);
  expect(stops.split(' ').filter((text) => text !== '' && admits(text))).toEqual([]);
});

it.each(['', ' ', 'foo', '>>1', '1.2.3.4', '1 ||', '1x', '9'.repeat(100_000), '1'.repeat(999)])(
  'is no range, and quickly: %.20s',
  (text) => expect(parseConstraint(text)).toBeUndefined(),
);
