import { describe, expect, it } from 'vitest';
import { blamesRemote, gitError } from './git-errors.ts';
import { BranchMovedError } from './repository.ts';

const failed = (output: string, prefix?: string) =>
  gitError({ args: ['fetch'], output, end: { how: 'exit', code: 128 } }, prefix);

describe('the text of an error', () => {
  it.each([
    ['', 'exit status 128'],
    ['something\nelse\n', 'something\nelse\n'],
    [
      'warning: x\nfatal: bad\nfatal: worse\n',
      'fatal: bad, full output:\n warning: x\nfatal: bad\nfatal: worse\n',
    ],
    ['error: oh no\n', 'oh no, full output:\n error: oh no\n'],
    ['ERROR fatal: old\n', 'ERROR fatal: old, full output:\n ERROR fatal: old\n'],
    ['remote: fatal: inside\n', 'remote: fatal: inside\n'],
  ])('%j is told as %j', (output, text) => {
    expect(failed(output).message).toBe(text);
    expect(failed(output, 'git clone --mirror').message).toBe(`git clone --mirror: ${text}`);
  });

  it('names a command that was too late, or could not start', () => {
    const late = gitError({ args: ['notes', '--ref', 'flux', 'list'], output: '', end: { how: 'too-late' } });
    expect(late.message).toBe('running git command: git [notes --ref flux list]: context deadline exceeded');
    expect(late.help).toContain('--git-timeout');
    const missing = gitError({
      args: ['fetch'],
      output: '',
      end: { how: 'not-started', error: new Error('ENOENT') },
    });
    expect(missing.message).toBe('running git command: git [fetch]: ENOENT');
  });
});

describe('a push that came too late', () => {
  it.each([
    ' ! [rejected]        a -> master (fetch first)',
    ' ! [rejected]        a -> master (non-fast-forward)',
    ' ! [rejected]        a -> master (stale info)\n ! [rejected] b -> refs/notes/flux (atomic push failed)',
    "remote: error: cannot lock ref 'refs/heads/master': is at a but expected b\n ! [remote rejected] a -> master (atomic transaction failed)",
    " ! [remote rejected] a -> master (cannot lock ref 'refs/heads/master': is at a but expected b)",
    ' ! [remote rejected] a -> master (failed to update ref)',
    ' ! [remote rejected] a -> master (incorrect old value provided)',
  ])('%s: the branch has moved', (output) => {
    expect(failed(output)).toBeInstanceOf(BranchMovedError);
    expect(blamesRemote(failed(output))).toBe(true);
  });

  it.each([
    "error: cannot lock ref 'refs/heads/master': Unable to create '/m/refs/heads/master.lock': File exists.",
    ' ! [remote rejected] a -> master (hook declined)\n ! [remote rejected] b -> refs/notes/flux (atomic push failure)',
    ' ! [remote rejected] a -> master (shallow update not allowed)',
  ])('%s: it has not', (output) => {
    expect(failed(output)).not.toBeInstanceOf(BranchMovedError);
  });
});

describe('what to do about it', () => {
  it.each([
    [
      'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'user',
      'fluxctl identity',
      true,
    ],
    ['a@b: Permission denied (publickey,gssapi-with-mic).', 'user', 'fluxctl identity', true],
    [
      'ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read',
      'user',
      'write access',
      true,
    ],
    ['remote: You are not allowed to push code to this project.', 'user', 'write access', true],
    [
      'Host key verification failed.\nfatal: Could not read from remote repository.',
      'user',
      '--ssh-known-hosts',
      true,
    ],
    ['ssh: Could not resolve hostname nosuch: Name or service not known', 'user', '--git-url', true],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'user', '--git-url', true],
    ['ERROR: Repository not found.\nfatal: Could not read', 'user', '--git-url', true],
    ["fatal: Authentication failed for 'https://h/r/'", 'user', 'token', true],
    ['! [remote rejected] a -> b (pre-receive hook declined)', 'user', 'protection', true],
    ['ssh: connect to host h port 22: Connection refused', 'server', 'keeps trying', true],
    ['fatal: early EOF\nfatal: fetch-pack: invalid index-pack output', 'server', 'keeps trying', true],
    [
      'ssh -F x: 1: ssh: not found\nfatal: Could not read from remote repository.',
      'server',
      "OpenSSH's client",
      true,
    ],
    ['error: gpg failed to sign the data\nfatal: failed to write commit object', 'user', 'passphrase', true],
    ['error: cannot run gpg: No such file or directory', 'user', 'gpg must be installed', true],
    ['fatal: empty ident name (for <j@x>) not allowed', 'user', '--git-user', true],
    ['fatal: the receiving end does not support --atomic push', 'server', 'one ref after', true],
    ["error: unknown option `no-write-fetch-head'", 'server', '2.31', true],
    ["fatal: bad revision 'x'", 'user', 'no such revision', false],
    ["fatal: Unable to create '/tmp/m/packed-refs.lock': File exists.", 'server', '', false],
    ['fatal: bad object HEAD', 'server', '', false],
  ])('%j: %s, %j', (output, type, help, remote) => {
    const error = failed(output);
    expect(error.type).toBe(type);
    expect(error.help).toContain(help);
    expect(blamesRemote(error)).toBe(remote);
  });
});
