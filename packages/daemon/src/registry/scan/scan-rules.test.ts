import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { describe, expect, it } from 'vitest';
import { buildTime, labelProblem } from './build-time.ts';
import { isIncluded, isScanned } from './image-filter.ts';
import { refreshInterval } from './refresh-interval.ts';

const hour = 3_600_000;
const time = (text: string) => parseTimestamp(text) ?? zeroTime;

describe('refreshInterval', () => {
  it('[manifests K6] is an hour at first, doubles for the same digest, halves for another', () => {
    const first = refreshInterval('new', undefined);
    const second = refreshInterval('same', first);
    const third = refreshInterval('changed', second);
    expect([first, second, third]).toEqual([hour, 2 * hour, hour]);
  });

  it('stays between five minutes and seven days', () => {
    expect(refreshInterval('same', 6 * 24 * hour)).toBe(7 * 24 * hour);
    expect(refreshInterval('changed', 6 * 60_000)).toBe(5 * 60_000);
    expect(refreshInterval('excluded', hour)).toBe(24 * hour);
  });
});

describe('isScanned', () => {
  it.each([
    { image: 'k8s.gcr.io/pause:3', scanned: false },
    { image: 'docker.io/test/foo:1', scanned: false },
    { image: 'gcr.io/org/app:1', scanned: true },
  ])('[manifests K3] of $image with exclude k8s.gcr.io/*, *test*: $scanned', ({ image, scanned }) => {
    expect(isScanned(parseImageRef(image), { exclude: ['k8s.gcr.io/*', '*test*'], include: [] })).toBe(
      scanned,
    );
  });

  it.each([
    { image: 'boo/x', scanned: true },
    { image: 'foo/y/z', scanned: true },
    { image: 'foo/bar/q', scanned: false },
    { image: 'baz/q', scanned: false },
  ])(
    '[daemon 76] [manifests K4] of $image with exclude foo/bar/*, include foo/*, boo/*: $scanned',
    ({ image, scanned }) => {
      expect(isIncluded(image, { exclude: ['foo/bar/*'], include: ['foo/*', 'boo/*'] })).toBe(scanned);
    },
  );

  it('asks for the canonical name', () => {
    const globs = { exclude: [], include: ['index.docker.io/library/*'] };
    expect(isScanned(parseImageRef('alpine:3'), globs)).toBe(true);
    expect(isScanned(parseImageRef('org/app:3'), globs)).toBe(false);
  });
});

describe('buildTime', () => {
  const built = time('2020-01-01T00:00:00Z');
  const created = { 'org.opencontainers.image.created': '2021-02-03T04:05:06Z' };
  const buildDate = { 'org.label-schema.build-date': '2022-02-03T04:05:06Z' };

  it('[manifests K8] is the label’s where labels are believed and there is one, else the configuration’s', () => {
    expect(buildTime(built, created, true)).toBe(time('2021-02-03T04:05:06Z'));
    expect(buildTime(built, buildDate, true)).toBe(time('2022-02-03T04:05:06Z'));
    expect(buildTime(built, { ...created, ...buildDate }, true)).toBe(time('2021-02-03T04:05:06Z'));
    expect(buildTime(built, {}, true)).toBe(built);
    expect(buildTime(built, created, false)).toBe(built);
  });

  it('[manifests K9] names both labels that are no times', () => {
    const labels = {
      'org.opencontainers.image.created': '20190523',
      'org.label-schema.build-date': '20190523',
    };
    expect(labelProblem(labels)).toMatch(
      /^failed to parse 2 timestamp label\(s\) as RFC3339 \(org\.opencontainers\.image\.created, org\.label-schema\.build-date\); ask the /,
    );
    expect(labelProblem(created)).toBeUndefined();
    expect(buildTime(built, labels, true)).toBe(built);
  });
});
