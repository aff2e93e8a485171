import { compareVersions, parseVersion, type Version } from '@fluxctl/shared/versions/version';
import { type Breather, eachWithBreath } from '../../waiting/breather.ts';
import type { NeededPattern } from '../image-registry.ts';
import { Highest } from './highest.ts';
import { Places } from './places.ts';

/** What the workloads ask of one repository. */
export interface Interest {
  readonly current: ReadonlySet<string>;
  readonly patterns: readonly NeededPattern[];
}

/** Tags by their places in the list. */
export interface TagChoice {
  /** Without what these mean a decision has to wait. */
  readonly needed: Places;
  /** For people to look at; none of them is needed. */
  readonly shown: Places;
}

interface Placed {
  readonly tag: string;
  readonly index: number;
}

type Versioned = Placed & { readonly version: Version };

const newestShown = 10;
const numbered = new Intl.Collator('en', { numeric: true });

/**
 * Which tags of a list matter.
 *
 * A range of versions is decided by the list alone, and so is any order of the tags themselves; the facts of
 * what runs and of what would be taken are fetched only to tell their times. An order by time needs all tags
 * that the pattern lets through.
 */
export async function chooseTags(
  names: readonly string[],
  { current, patterns }: Interest,
  breathe: Breather,
): Promise<TagChoice> {
  const needed = new Places(names.length);
  const seekers = patterns.map((pattern) => createSeeker(pattern, needed));
  // Times are not known before the facts are fetched: versions first, then the last in the alphabet.
  const versions = new Highest<Versioned>(newestShown, compareVersioned);
  const others = new Highest<Placed>(newestShown, (a, b) => numbered.compare(a.tag, b.tag));
  await eachWithBreath(names, breathe, (tag, index) => {
    if (current.has(tag)) needed.add(index);
    const version = parseVersion(tag);
    if (version) versions.offer({ tag, index, version });
    else others.offer({ tag, index });
    for (const { look } of seekers) look({ tag, index, version });
  });
  for (const { finish } of seekers) finish();
  const shown = new Places(names.length);
  for (const { index } of [...versions.items, ...others.items].slice(0, newestShown)) {
    if (!needed.has(index)) shown.add(index);
  }
  return { needed, shown };
}

/** What identifies an interest: with the same one and the same list the choice is the same. */
export function interestKey({ current, patterns }: Interest): string {
  return JSON.stringify([[...current], patterns.map(patternKey)]);
}

/** Same key, same choice. */
export function patternKey({ text, order }: NeededPattern): string {
  return order ? `${order.name} ${text}` : text;
}

interface Seeker {
  look(tag: Placed & { readonly version: Version | undefined }): void;
  finish(): void;
}

function createSeeker(pattern: NeededPattern, needed: Places): Seeker {
  const newest = pattern.order?.newest;
  if (newest) {
    const places = new Map<string, number>();
    return {
      look({ tag, index }) {
        if (pattern.matches(tag)) places.set(tag, index);
      },
      finish() {
        const tag = newest([...places.keys()]);
        const index = tag === undefined ? undefined : places.get(tag);
        if (index !== undefined) needed.add(index);
      },
    };
  }
  if (pattern.kind === 'semver' && !pattern.order) {
    const best = new Highest<Versioned>(1, compareVersioned);
    return {
      look({ version, ...placed }) {
        if (version && pattern.matches(placed.tag)) best.offer({ ...placed, version });
      },
      finish() {
        for (const { index } of best.items) needed.add(index);
      },
    };
  }
  return {
    look({ tag, index }) {
      if (pattern.matches(tag)) needed.add(index);
    },
    finish: () => undefined,
  };
}

/** As images are put in order: `1.10.0` is above its equal `1.10`. */
function compareVersioned(a: Versioned, b: Versioned): number {
  return compareVersions(a.version, b.version) || (a.tag < b.tag ? -1 : 1);
}
