import { compareVersions, parseVersion, type Version } from '@fluxctl/shared/versions/version';
import { type Breather, eachWithBreath } from '../breather.ts';
import type { NeededPattern } from '../image-registry.ts';
import { Highest } from './highest.ts';

/** What the workloads ask of one repository. */
export interface Interest {
  readonly current: ReadonlySet<string>;
  readonly patterns: readonly NeededPattern[];
}

/** Tags by their places in the list, in its order. */
export interface TagChoice {
  /** Without what these mean a decision has to wait. */
  readonly needed: Uint32Array;
  /** For people to look at; none of them is needed. */
  readonly shown: Uint32Array;
}

interface Placed {
  readonly tag: string;
  readonly index: number;
}

type Versioned = Placed & { readonly version: Version };

const newestShown = 10;
const isShown = 1;
const isNeeded = 2;
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
  const marks = new Uint8Array(names.length);
  const seekers = patterns.map((pattern) => createSeeker(pattern, (index) => mark(marks, index, isNeeded)));
  // Times are not known before the facts are fetched: versions first, then the last in the alphabet.
  const versions = new Highest<Versioned>(newestShown, compareVersioned);
  const others = new Highest<Placed>(newestShown, (a, b) => numbered.compare(a.tag, b.tag));
  await eachWithBreath(names, breathe, (tag, index) => {
    if (current.has(tag)) mark(marks, index, isNeeded);
    const version = parseVersion(tag);
    if (version) versions.offer({ tag, index, version });
    else others.offer({ tag, index });
    for (const { look } of seekers) look({ tag, index, version });
  });
  for (const { finish } of seekers) finish();
  for (const { index } of [...versions.items, ...others.items].slice(0, newestShown))
    mark(marks, index, isShown);
  return { needed: placesOf(marks, isNeeded), shown: placesOf(marks, isShown) };
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

function createSeeker(pattern: NeededPattern, need: (index: number) => void): Seeker {
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
        if (index !== undefined) need(index);
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
        for (const { index } of best.items) need(index);
      },
    };
  }
  return {
    look({ tag, index }) {
      if (pattern.matches(tag)) need(index);
    },
    finish: () => undefined,
  };
}

/** As images are put in order: `1.10.0` is above its equal `1.10`. */
function compareVersioned(a: Versioned, b: Versioned): number {
  return compareVersions(a.version, b.version) || (a.tag < b.tag ? -1 : 1);
}

function mark(marks: Uint8Array, index: number, value: number): void {
  marks[index] = Math.max(marks[index] ?? 0, value);
}

function placesOf(marks: Uint8Array, value: number): Uint32Array {
  const places = new Uint32Array(marks.reduce((count, mark) => count + (mark === value ? 1 : 0), 0));
  let next = 0;
  for (const [index, mark] of marks.entries()) if (mark === value) places[next++] = index;
  return places;
}
