import { expect, it } from 'vitest';
import { isTag } from './is-tag.ts';

it.each([
  { text: '1.0.0', tag: true },
  { text: '_x', tag: true },
  { text: '__proto__', tag: true },
  { text: 'a'.repeat(128), tag: true },
  { text: 'a'.repeat(129), tag: false },
  { text: '', tag: false },
  { text: '.hidden', tag: false },
  { text: '-f', tag: false },
  { text: '1.0.0+meta', tag: false },
  { text: 'with space', tag: false },
  { text: 'a\nb', tag: false },
  { text: 'a\n', tag: false },
  { text: '../x', tag: false },
  { text: 'é', tag: false },
])('$text is a tag: $tag', ({ text, tag }) => {
  expect(isTag(text)).toBe(tag);
});
