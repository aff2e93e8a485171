import { expect, it } from 'vitest';
import { choosePlatform, noPlatform } from './choose-platform.ts';
import { parsePlatform } from './manifest.ts';

const nothing = { os: '', architecture: '', variant: '' };
const platform = (text: string) => parsePlatform(text) ?? nothing;

it.each([
  { offered: 'unknown/unknown linux/amd64', wanted: 'linux/amd64', chosen: 'linux/amd64' },
  { offered: 'linux/arm64 linux/amd64', wanted: 'linux/arm64 linux/amd64', chosen: 'linux/arm64' },
  { offered: 'linux/amd64 linux/arm64', wanted: 'linux/s390x linux/arm64', chosen: 'linux/arm64' },
  { offered: 'windows/amd64', wanted: 'linux/amd64', chosen: undefined },
  { offered: 'unknown/unknown', wanted: 'linux/amd64', chosen: undefined },
  // The usual variant has two names.
  { offered: 'linux/arm64', wanted: 'linux/arm64/v8', chosen: 'linux/arm64' },
  { offered: 'linux/arm64/v8', wanted: 'linux/arm64', chosen: 'linux/arm64/v8' },
  { offered: 'linux/arm', wanted: 'linux/arm/v7', chosen: 'linux/arm' },
  // A machine runs what is made for a lower one, not the other way round.
  { offered: 'linux/arm/v5 linux/arm/v6', wanted: 'linux/arm/v7', chosen: 'linux/arm/v6' },
  { offered: 'linux/arm/v7', wanted: 'linux/arm/v6', chosen: undefined },
  { offered: 'linux/amd64/v3 linux/amd64', wanted: 'linux/amd64', chosen: 'linux/amd64' },
  { offered: 'linux/amd64 linux/amd64/v2', wanted: 'linux/amd64/v3', chosen: 'linux/amd64/v2' },
  // Nodes do not tell their variant: then any will do, the usual one rather than others.
  { offered: 'linux/arm/v6 linux/arm/v7', wanted: 'linux/arm', chosen: 'linux/arm/v7' },
  { offered: 'linux/arm/v8', wanted: 'linux/arm', chosen: 'linux/arm/v8' },
  { offered: 'linux/mips/r2', wanted: 'linux/mips', chosen: 'linux/mips/r2' },
  { offered: 'linux/mips/r2', wanted: 'linux/mips/r6', chosen: undefined },
])('of $offered for $wanted chooses $chosen', ({ offered, wanted, chosen }) => {
  const entries = offered
    .split(' ')
    .map((text) => ({ digest: text, platform: platform(text), isIndex: false }));
  expect(choosePlatform(entries, wanted.split(' ').map(platform))).toBe(chosen);
});

it('names what was looked for in Flux v1’s words', () => {
  expect(noPlatform([platform('linux/amd64')])).toBe('no suitable manifest (linux amd64) in manifestlist');
  expect(noPlatform(['linux/arm/v7', 'linux/amd64'].map(platform))).toBe(
    'no suitable manifest (linux arm v7, linux amd64) in manifestlist',
  );
});
