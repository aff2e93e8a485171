import { describe, expect, it } from 'vitest';
import { compareVersions, parseVersion } from './version.ts';

// Each row was held against Masterminds/semver 3.1.1.
describe('parseVersion', () => {
  it.each([
    { text: '1.2.3', parts: ['1', '2', '3', '', ''] },
    { text: 'v1.2.3', parts: ['1', '2', '3', '', ''] },
    { text: '1', parts: ['1', '0', '0', '', ''] },
    { text: '1.2', parts: ['1', '2', '0', '', ''] },
    { text: '01.002.3', parts: ['1', '2', '3', '', ''] },
    { text: '20190523', parts: ['20190523', '0', '0', '', ''] },
    { text: '18446744073709551615', parts: ['18446744073709551615', '0', '0', '', ''] },
    { text: '1-rc.1', parts: ['1', '0', '0', 'rc.1', ''] },
    { text: '1.2-0', parts: ['1', '2', '0', '0', ''] },
    { text: '1.2.3-a-b.0a+m.01', parts: ['1', '2', '3', 'a-b.0a', 'm.01'] },
    { text: '1+meta', parts: ['1', '0', '0', '', 'meta'] },
  ])('§3 reads $text', ({ text, parts }) => {
    const { major, minor, patch, prerelease, metadata } = parseVersion(text) ?? expect.fail(text);
    expect([String(major), String(minor), String(patch), prerelease, metadata]).toEqual(parts);
  });

  it.each([
    ...['', 'v', 'V1', 'latest', '1.', '.1', '1.2.3.4', '1.x', ' 1', '1 ', '-1', '+1', '1-', '1+', '1.2.3-'],
    ...[
      '1.2.3-01',
      '1.2.3-rc.01',
      '1.2.3-a..b',
      '1.2.3-é',
      '1.2.3_4',
      '1\n',
      '18446744073709551616',
      '1.2.3+a_b',
    ],
  ])('§3 %j is none', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});

it('§3 orders by precedence: releases behind their prereleases, metadata does not count', () => {
  const ordered = [
    ...[
      '0.0.1',
      '0.9',
      '1.0.0-0',
      '1.0.0-1',
      '1.0.0-2',
      '1.0.0-10',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.b',
    ],
    ...[
      '1.0.0-alpha-',
      '1.0.0-beta',
      '1.0.0-rc.1',
      '1.0.0-rc.1.1',
      '1.0.0-rc.2',
      '1.0.0-rc.10',
      '1.0.0',
      '1.0.1',
    ],
    ...['1.2', '1.10', '2', '20190523'],
  ];
  const versions = ordered.map((text) => parseVersion(text) ?? expect.fail(text));
  for (const [a, left] of versions.entries()) {
    for (const [b, right] of versions.entries()) {
      expect(Math.sign(compareVersions(left, right)), `${ordered[a]} and ${ordered[b]}`).toBe(
        Math.sign(a - b),
      );
    }
  }
});

it.each([
  ['1', 'v1.0.0+meta'],
  ['1.2.3+a', '1.2.3+b'],
  ['1.0.0-rc.1+a', '1-rc.1'],
])('§3 %s and %s are equal', (a, b) => {
  const [left, right] = [a, b].map((text) => parseVersion(text) ?? expect.fail(text));
  if (left && right) expect(compareVersions(left, right)).toBe(0);
});
