import { expect, it } from 'vitest';
import { commitMessage } from './commit-message.ts';

it.each([
  ['A change', '', 'A change\n', 'a message gets its newline'],
  ['A change', '\n\n[ci skip]', 'A change\n\n[ci skip]\n', '--git-ci-skip'],
  ['A change\n\n - a\n', '\n\n[ci skip]', 'A change\n\n - a\n\n[ci skip]\n', 'empty lines are not doubled'],
  ['A change', ' **SKIP**', 'A change **SKIP**\n', 'a suffix goes where the message ends'],
  ['A change\n', ' **SKIP**', 'A change\n **SKIP**\n', '… verbatim, as with Flux v1'],
  ['\n \n\tA  \n\t\n\n\n  b\r\n', '', '\tA\n\n  b\n', 'blanks at the start of a line stay, others go'],
  ['# a\n#b', '', '# a\n#b\n', 'lines with # are no comments'],
  ['', 'x', 'x\n', 'a suffix alone will do'],
])('%j with %j is %j: %s', (message, suffix, clean) => {
  expect(commitMessage(message, suffix)).toBe(clean);
});
