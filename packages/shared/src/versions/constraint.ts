import { RE2JS } from 're2js';
import { comparePrereleases, compareVersions, parseVersion, type Version } from './version.ts';

/** Whether a version lies in a range such as `~1.2`, `>=1.0 <2 || 3.x`. */
export type Constraint = (version: Version) => boolean;

/** One comparison: `>=1.2`, of which the patch was left open. */
interface Comparator {
  readonly operator: Operator;
  readonly bound: Version;
  /** Parts that are missing or wildcards; from the first such part on, all are open. */
  readonly open: 'none' | 'patch' | 'minor' | 'all';
}

const operators = ['!=', '>=', '=>', '<=', '=<', '~>', '=', '>', '<', '~', '^', ''] as const;
type Operator = (typeof operators)[number];

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const part = '[0-9xX*|]+';
const partial = `v?(?:${part})(?:\\.${part})?(?:\\.${part})?(?:-${identifiers})?(?:\\+${identifiers})?`;
const operator = '(?:!=|>=|=>|<=|=<|~>|=|>|<|~|\\^)?';

/** By a linear-time engine: a pattern in a manifest must not be able to hang the daemon. */
const wholeGroup = RE2JS.compile(`^(?:\\s*${operator}\\s*${partial}\\s*,?)+$`);
const eachComparator = new RegExp(`${operator}\\s*${partial}`, 'g');
const hyphenRange = new RegExp(`\\s*(${partial})\\s+-\\s+(${partial})\\s*`, 'g');
const parts = new RegExp(
  `^(${operator})\\s*v?(${part})(?:\\.(${part}))?(?:\\.(${part}))?(-${identifiers})?(?:\\+${identifiers})?$`,
);

/**
 * Reads a range in the grammar of Masterminds/semver 3.1, which Flux v1's patterns are written in:
 * operators `= != > < >= => <= =< ~ ~> ^`, `,` or a space for and, `||` for or, `a - b`, wildcards
 * `x X *`, versions with missing parts. It differs from npm's: a comparator lets prereleases in only
 * when it names one itself, and then every prerelease within its range.
 * @returns undefined when the text is no range
 */
export function parseConstraint(text: string): Constraint | undefined {
  if (text.length > longest) return undefined;
  const groups: Comparator[][] = [];
  for (const group of text.replace(hyphenRange, '>= $1, <= $2').split('||')) {
    if (!wholeGroup.matches(group)) return undefined;
    const comparators = (group.match(eachComparator) ?? []).map(parseComparator);
    if (comparators.some((comparator) => comparator === undefined)) return undefined;
    groups.push(comparators as Comparator[]);
  }
  return (version) => groups.some((group) => group.every((comparator) => admits(comparator, version)));
}

/** In characters; keeps the time bounded that finding hyphen ranges takes. */
const longest = 1_000;

function parseComparator(text: string): Comparator | undefined {
  const match = parts.exec(text.trim());
  if (!match) return undefined;
  const [, sign = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const open = isOpen(major) ? 'all' : isOpen(minor) ? 'minor' : isOpen(patch) ? 'patch' : 'none';
  const written = {
    all: '0.0.0',
    minor: `${major}.0.0${prerelease}`,
    patch: `${major}.${minor}.0${prerelease}`,
    none: `${major}.${minor}.${patch}${prerelease}`,
  }[open];
  const bound = parseVersion(written);
  return bound && { operator: sign as Operator, bound, open };
}

function isOpen(text: string): boolean {
  return text === '' || text === 'x' || text === 'X' || text === '*';
}

function admits(comparator: Comparator, version: Version): boolean {
  const { bound, open } = comparator;
  const unasked = version.prerelease !== '' && bound.prerelease === '';
  // The exact `!=1.2.0` is the one that lets prereleases in unasked.
  if (unasked && !(comparator.operator === '!=' && open === 'none')) return false;
  switch (comparator.operator) {
    case '':
    case '=':
      return open === 'none' ? compareVersions(version, bound) === 0 : inTilde(comparator, version);
    case '!=':
      return differs(comparator, version);
    case '>':
      return isGreater(comparator, version);
    case '<':
      return compareVersions(version, bound) < 0;
    case '>=':
    case '=>':
      return compareVersions(version, bound) >= 0;
    case '<=':
    case '=<':
      return isAtMost(comparator, version);
    case '~':
    case '~>':
      return inTilde(comparator, version);
    case '^':
      return inCaret(comparator, version);
    default:
      return comparator.operator satisfies never;
  }
}

function differs({ bound, open }: Comparator, version: Version): boolean {
  if (open === 'none') return compareVersions(version, bound) !== 0;
  if (version.major !== bound.major) return true;
  if (open === 'minor') return false;
  if (version.minor !== bound.minor) return true;
  if (open === 'patch') return comparePrereleases(version.prerelease, bound.prerelease) !== 0;
  return compareVersions(version, bound) !== 0;
}

/** `>1` means from 2 on, `>1.2` from 1.3 on. */
function isGreater({ bound, open }: Comparator, version: Version): boolean {
  if (open === 'none' || open === 'all' || version.major !== bound.major) {
    return version.major === bound.major || open === 'none'
      ? compareVersions(version, bound) > 0
      : version.major > bound.major;
  }
  return open === 'patch' && version.minor > bound.minor;
}

/** `<=1.2` takes in 1.2.9. */
function isAtMost({ bound, open }: Comparator, version: Version): boolean {
  if (open === 'none') return compareVersions(version, bound) <= 0;
  if (version.major > bound.major) return false;
  return !(version.major === bound.major && version.minor > bound.minor && open !== 'minor');
}

function inTilde({ bound, open }: Comparator, version: Version): boolean {
  const isZero = bound.major === 0n && bound.minor === 0n && bound.patch === 0n;
  if (isZero && (open === 'none' || open === 'all')) return true;
  if (compareVersions(version, bound) < 0) return false;
  if (version.major !== bound.major) return false;
  return version.minor === bound.minor || open === 'minor';
}

/** The minor of `^0.0.3` is not looked at: 0.4.3 is let in, as v1 does. */
function inCaret({ bound, open }: Comparator, version: Version): boolean {
  if (compareVersions(version, bound) < 0) return false;
  if (bound.major > 0n || open === 'minor') return version.major === bound.major;
  if (version.major > 0n) return false;
  if (bound.minor > 0n || open === 'patch') return version.minor === bound.minor;
  return version.patch === bound.patch;
}
