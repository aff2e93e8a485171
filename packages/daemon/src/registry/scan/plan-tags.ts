import type { TagChoice } from './choose-tags.ts';
import type { Places } from './places.ts';
import type { TagTable } from './tag-table.ts';

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

/**
 * Which of the tags that matter to ask the registry about now.
 * @param nowSeconds - since 1970
 */
export function planTags(table: TagTable, { needed, shown }: TagChoice, nowSeconds: number): TagPlan {
  let names: readonly string[] | undefined;
  const tasksOf = (places: Places): TagTask[] => {
    const fetches: TagTask[] = [];
    const looks: TagTask[] = [];
    for (const index of places) {
      const due = table.due(index, nowSeconds);
      if (due === 'nothing') continue;
      names ??= table.names();
      (due === 'fetch' ? fetches : looks).push({ index, tag: names[index] ?? '', task: due });
    }
    // What is known already can be decided with: what is not comes first.
    return [...fetches, ...looks];
  };
  return { needed: tasksOf(needed), spare: tasksOf(shown) };
}
