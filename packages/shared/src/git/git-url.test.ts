import { describe, expect, it } from 'vitest';
import { isHttpUrl, passwordsIn, safeGitUrl, sameGitUrl } from './git-url.ts';

describe('[daemon 53] the safe form of a URL', () => {
  it.each([
    ['git@github.com:a/b.git', 'ssh://git@github.com/a/b.git'],
    ['git@github.com:a/b', 'ssh://git@github.com/a/b'],
    ['github.com:a/b', 'ssh://github.com/a/b'],
    ['ssh://git@github.com/a/b', 'ssh://git@github.com/a/b'],
    ['ssh://git@127.0.0.1:2222/a/b.git', 'ssh://git@127.0.0.1:2222/a/b.git'],
    ['https://u:p%40s@h:5050/r.git', 'https://u@h:5050/r.git'],
    ['https://:tok@h/x', 'https://@h/x'],
    ['https://tok@h/x', 'https://tok@h/x'],
    ['HTTPS://Host/x', 'https://Host/x'],
    ['/tmp/x', 'file:///tmp/x'],
    ['some/folder', 'file://some/folder'],
    ['file:///tmp/x', 'file:///tmp/x'],
    ['', 'file:'],
    [
      'git@ssh.dev.azure.com:v3/org/project%20x/repo',
      'ssh://git@ssh.dev.azure.com/v3/org/project%2520x/repo',
    ],
    ['https://h/a b', 'https://h/a%20b'],
    ['https://h/a%20b?q=1#f', 'https://h/a%20b?q=1#f'],
    ['ssh://git@[::1]:22/a', 'ssh://git@[::1]:22/a'],
    ['git@host:~/x!.git', 'ssh://git@host/~/x%21.git'],
    ['https://a%2Fb:c@h/x', 'https://a%2Fb@h/x'],
  ])('%s is written %s', (url, safe) => {
    expect(safeGitUrl(url)).toBe(safe);
  });

  it.each([
    'https://u:s3cret%ss@h/r.git',
    'https://u:s3cret%@h:5050/r.git',
    'https://u:s3cret#x@h/r.git',
    'https://u:s3cret/x@h/r.git',
    'https://u:s3cret?x@h/r.git',
    'https://u:s3cret @h/r.git',
    'https://u:s3c@s3cret@h/r.git',
    'https://u:s3cret@h:port/r.git',
    'ssh://git:s3cret@h:port/r.git',
    'foo://u:s3cret@h/r.git',
    'git:s3cret@host:a/b.git',
    '\thttps://u:s3cret@h/r.git',
  ])('[daemon 53] %s does not leak its password (v1 leaks those that are badly encoded)', (url) => {
    expect(safeGitUrl(url)).not.toContain('s3c');
  });

  it('keeps the user and the address of a badly encoded URL', () => {
    expect(safeGitUrl('https://u:p%ss@h/r.git')).toBe('https://u@h/r.git');
  });
});

describe('[daemon 53] equivalent URLs', () => {
  it.each([
    ['git@github.com:a/b', 'https://github.com/a/b.git', true],
    ['git@github.com:a/b.git', 'ssh://git@github.com/a/b', true],
    ['https://u:p@h/r', 'ssh://git@h/r.git', true],
    ['git@github.com:a/b', 'git@github.com:a/c', false],
    ['git@github.com:a/b', 'git@GitHub.com:a/b', false],
    ['https://h:5050/r', 'https://h/r', false],
    ['https://h/r/', 'https://h/r', false],
    ['git@github.com:a/b', '', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameGitUrl(a, b)).toBe(same);
    expect(sameGitUrl(b, a)).toBe(same);
  });
});

it('passwordsIn gives every spelling of a password', () => {
  expect(passwordsIn('https://u:p%40s@h/r')).toEqual(['p%40s', 'p@s']);
  expect(passwordsIn('https://u:p%ss@h/r')).toEqual(['p%ss']);
  expect(passwordsIn('git@github.com:a/b')).toEqual([]);
  expect(passwordsIn('https://tok@h/r')).toEqual([]);
});

it('isHttpUrl goes by the scheme', () => {
  expect(['http://h/x', 'https://h/x', 'ssh://h/x', 'git@h:x', '/tmp/http://'].map(isHttpUrl)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
