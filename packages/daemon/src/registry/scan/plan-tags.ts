import { sortImages } from '@fluxctl/shared/images/order';
import type { TagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { zeroTime } from '@fluxctl/shared/timestamp';
import type { TagEntry } from './tag-table.ts';

/** What the workloads ask of one repository. */
export interface Interest {
  readonly current: ReadonlySet<string>;
  readonly patterns: readonly TagPattern[];
}

export interface TagTask {
  readonly index: number;
  readonly tag: string;
  /** `look` asks what a known tag names now, and fetches it if that is something else. */
  readonly task: 'fetch' | 'look';
}

export interface TagPlan {
  /** Without these a decision has to wait. */
  readonly needed: readonly TagTask[];
  /** For people to look at, when there is nothing better to do. */
  readonly spare: readonly TagTask[];
}

const newestShown = 10;

/**
 * Which tags to ask the registry about.
 *
 * A range of versions is decided by the tag list alone; the facts of what runs and of what would be taken
 * are fetched only to tell their times. An order by time needs all tags that the pattern lets through.
 * @param nowSeconds - since 1970
 */
export function planTags(
  names: readonly string[],
  read: (index: number) => TagEntry,
  { current, patterns }: Interest,
  nowSeconds: number,
): TagPlan {
  const needed = new Set<string>(current);
  for (const pattern of patterns) {
    const matching = names.filter((name) => pattern.matches(name));
    const [best] = pattern.kind === 'semver' ? byVersion(matching) : [];
    if (pattern.kind !== 'semver') for (const name of matching) needed.add(name);
    else if (best !== undefined) needed.add(best);
  }
  const shown = new Set(likelyNewest(names));
  const plan = { needed: [] as TagTask[], spare: [] as TagTask[] };
  for (const [index, tag] of names.entries()) {
    const list = needed.has(tag) ? plan.needed : shown.has(tag) ? plan.spare : undefined;
    const task = list && taskFor(read(index), nowSeconds);
    if (list && task) list.push({ index, tag, task });
  }
  // What is known already can be decided with: what is not comes first.
  const newFirst = (a: TagTask, b: TagTask): number => (a.task === b.task ? 0 : a.task === 'fetch' ? -1 : 1);
  return { needed: plan.needed.sort(newFirst), spare: plan.spare.sort(newFirst) };
}

function taskFor(entry: TagEntry, nowSeconds: number): TagTask['task'] | undefined {
  if (entry.state === 'unseen') return 'fetch';
  if (nowSeconds < entry.refreshAt) return undefined;
  return entry.state === 'missing' ? 'fetch' : 'look';
}

/** Times are not known before the facts are fetched: versions first, then the last in the alphabet. */
function likelyNewest(names: readonly string[]): string[] {
  const numbered = new Intl.Collator('en', { numeric: true });
  const versions = byVersion(names.filter((name) => /^v?\d+(?:\.\d+)*(?:[-+]|$)/.test(name)));
  if (versions.length >= newestShown) return versions.slice(0, newestShown);
  const rest = names.filter((name) => !versions.includes(name)).sort((a, b) => numbered.compare(b, a));
  return [...versions, ...rest].slice(0, newestShown);
}

function byVersion(names: readonly string[]): string[] {
  const orderable = names.map((tag) => ({ tag, createdAt: zeroTime }));
  return sortImages(orderable, 'semver').map(({ tag }) => tag);
}
