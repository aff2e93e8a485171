import { expect, it } from 'vitest';
import { repeatedFields } from './repeated-fields.ts';

it.each([
  { text: '{"a":1,"b":{"a":1}}', found: [], because: 'one name in two objects is no repetition' },
  { text: '{"a":1,"a":2}', found: ['a'], because: 'one name twice is' },
  { text: '{"a":[{"b":1},{"b":1,"b":2}]}', found: ['a[1].b'], because: 'lists are counted' },
  { text: '{"a":"b","c":"{\\"a\\":1,\\"a\\":2}"}', found: [], because: 'texts are not looked into' },
  { text: '["a","a"]', found: [], because: 'values may be equal' },
])('repeatedFields: $because', ({ text, found }) => {
  expect(repeatedFields(text)).toEqual(found);
});
