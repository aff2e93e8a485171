/**
 * A version as Flux v1 reads it: like semver, but `v1`, `1.2` and `01.2` are versions too, and so is
 * `20190523`.
 */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Without its dash; empty when there is none. */
  readonly prerelease: string;
  /** Without its plus; says nothing about precedence. */
  readonly metadata: string;
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const grammar = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
);
/** Numbers have to fit into 64 bits, as in v1. */
const largest = 2n ** 64n - 1n;

/** The version that a tag is, or undefined when it is none. */
export function parseVersion(text: string): Version | undefined {
  const match = grammar.exec(text);
  if (!match) return undefined;
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  const version = { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease, metadata };
  if (version.major > largest || version.minor > largest || version.patch > largest) return undefined;
  // A number in a prerelease must not start with 0, whereas `01.2` passes.
  return prerelease.split('.').some((part) => /^0[0-9]+$/.test(part)) ? undefined : version;
}

/** Negative when `a` comes first, by precedence: `1.0.0-rc.1` before `1.0.0`; metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compare(a.major, b.major) ||
    compare(a.minor, b.minor) ||
    compare(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

/** No prerelease comes after all of them; numbers come before words. */
export function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = compareIdentifiers(left[i], right[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const aNumber = /^[0-9]+$/.test(a) ? BigInt(a) : undefined;
  const bNumber = /^[0-9]+$/.test(b) ? BigInt(b) : undefined;
  if (aNumber !== undefined && bNumber !== undefined) return compare(aNumber, bNumber);
  if (aNumber !== undefined) return -1;
  if (bNumber !== undefined) return 1;
  return a < b ? -1 : 1;
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
