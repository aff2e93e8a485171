import { expect, it } from 'vitest';
import { createBreather } from '../../waiting/breather.ts';
import { Places } from './places.ts';
import { planTags } from './plan-tags.ts';
import { type TagEntry, TagTable } from './tag-table.ts';

const now = 1_000_000;

it('looks again at what is due, after what was never seen', async () => {
  const { table } = await new TagTable().renamed(['a', 'b', 'c', 'd', 'e', 'f'], createBreather());
  const known = (refreshAt: number): TagEntry => ({
    state: 'excluded',
    reason: '',
    tagDigest: '',
    fetchedAt: 0,
    refreshAt,
  });
  table.write(0, 'a', known(now));
  table.write(1, 'b', known(now + 1));
  table.write(2, 'c', { state: 'missing', fetchedAt: 0, refreshAt: now });
  const choice = { needed: new Places(6), shown: new Places(6) };
  for (const place of [0, 1, 2, 3]) choice.needed.add(place);
  choice.shown.add(5);
  const plan = planTags(table, choice, now);
  const tagsOf = (tasks: typeof plan.needed) =>
    tasks.map(({ index, tag, task }) => `${task} ${index} ${tag}`);
  expect(tagsOf(plan.needed)).toEqual(['fetch 2 c', 'fetch 3 d', 'look 0 a']);
  expect(tagsOf(plan.spare)).toEqual(['fetch 5 f']);
});
