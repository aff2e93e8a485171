import { UserError } from '@fluxctl/shared/errors';

/**
 * The message as `git commit --file` writes it: no blank at the end of a line, no empty lines at the
 * start, at the end or in pairs; lines with `#` stay.
 * @param suffix - what `--git-ci-skip` and its like add, verbatim
 * @throws {UserError} in git's words, for what git does not take
 */
export function commitMessage(message: string, suffix: string): string {
  const text = `${message}${suffix}`;
  if (text.includes('\0')) {
    throw new UserError('git commit: a NUL byte in commit log message not allowed.', {
      help: 'Leave the NUL out of the message.',
    });
  }
  const clean = text
    .split('\n')
    .map((line) => line.replace(/[ \t\r]+$/, ''))
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/^\n+|\n+$/g, '');
  if (clean === '') {
    throw new UserError('git commit: Aborting commit due to empty commit message.', {
      help: 'Give a message with --message, or leave it to fluxd.',
    });
  }
  return `${clean}\n`;
}
