import { expect, it } from 'vitest';
import { cutToWidth } from './cut-to-width.ts';

it.each([
  { text: 'abcdef', columns: 6, cut: 'abcdef' },
  { text: 'abcdef', columns: 5, cut: 'abcd…' },
  { text: 'abcdef', columns: 1, cut: '…' },
  { text: '日本語テキスト', columns: 14, cut: '日本語テキスト' },
  { text: '日本語テキスト', columns: 13, cut: '日本語テキス…' },
  { text: '日本語テキスト', columns: 12, cut: '日本語テキ…' },
  { text: 'x日本', columns: 4, cut: 'x日…' },
  { text: '👩‍👩‍👧‍👦 family', columns: 4, cut: '👩‍👩‍👧‍👦 …' },
  { text: 'e\u0301e\u0301e\u0301', columns: 2, cut: 'e\u0301…' },
  {
    text: '⇒ ◉ a:b/c  success  app: quay.io/org/app:1.0 -> 1.1',
    columns: 40,
    cut: '⇒ ◉ a:b/c  success  app: quay.io… -> 1.1',
  },
  { text: 'app: quay.io/org/app:1.0 -> 1234567890123', columns: 20, cut: 'app: quay.io/org/ap…' },
])('cutToWidth of $text to $columns is $cut', ({ text, columns, cut }) => {
  expect(cutToWidth(text, columns)).toBe(cut);
});
