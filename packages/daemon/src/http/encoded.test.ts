import { expect, it } from 'vitest';
import { EncodedLately } from './encoded.ts';

it('forgets what was not asked for the longest, when it has too much', () => {
  const made: string[] = [];
  const lately = new EncodedLately(8);
  const state = {};
  const ask = (text: string, of: object = state) => {
    const bytes = lately.get(text, of, () => {
      made.push(text);
      return text;
    });
    expect(bytes.toString()).toBe(JSON.stringify(text));
  };
  for (const text of ['aa', 'bb', 'aa', 'cc', 'aa', 'bb']) ask(text);
  expect(made).toEqual(['aa', 'bb', 'cc', 'bb']);
  ask('bb', {});
  expect(made).toEqual(['aa', 'bb', 'cc', 'bb', 'bb']);
  ask('longer than all there is room for');
  ask('aa');
  expect(made.slice(5)).toEqual(['longer than all there is room for', 'aa']);
});
