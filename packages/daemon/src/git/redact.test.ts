import { expect, it } from 'vitest';
import { createRedactor } from './redact.ts';

it.each([
  [
    'https://u:s3cret@h/r.git',
    "fatal: unable to access 'https://u:s3cret@h/r.git/': 403",
    "fatal: unable to access 'https://u@h/r.git/': 403",
  ],
  ['https://u:p%40ss@h/r', 'password p@ss, written p%40ss', 'password xxxxx, written xxxxx'],
  ['https://u:s3cret%@h/r', 'git [push https://u:s3cret%@h/r]', 'git [push https://u@h/r]'],
  ['git@github.com:a/b', 'see https://x:token@other/y', 'see https://x@other/y'],
  [
    'git@github.com:a/b',
    'git@github.com: Permission denied (publickey).',
    'git@github.com: Permission denied (publickey).',
  ],
  ['https://h/r', 'ssh://git@127.0.0.1:2222/a/b.git', 'ssh://git@127.0.0.1:2222/a/b.git'],
])('with %s configured, %j is told as %j', (url, said, told) => {
  expect(createRedactor(url)(said)).toBe(told);
});
