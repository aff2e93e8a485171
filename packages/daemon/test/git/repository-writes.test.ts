import { runGit } from '@fluxctl/sandbox/git-host/run-git';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommitSha, NewCommit, Repository } from '../../src/git/repository.ts';
import { countRefreshes, createGitWorld, type GitWorld, textAt, untilState } from './git-world.ts';

let world: GitWorld;
let repository: Repository;
const { signal } = new AbortController();
const note = { ref: 'refs/notes/flux', text: '{"jobID":"1"}' };
const file = 'workloads/hello.yaml';

/** Makes a commit on the head of the mirror; one that differs from all before, unless told otherwise. */
async function make(commit: Partial<NewCommit> = {}, writer = repository): Promise<CommitSha> {
  const parent = await writer.head(signal);
  const files = new Map([[file, `# after ${parent}\n`]]);
  return writer.makeCommit({ parent, files, message: 'A change', author: '', ...commit }, signal);
}

/** As above, and published. */
async function publish(commit: Partial<NewCommit> = {}, writer = repository): Promise<CommitSha> {
  const revision = await make(commit, writer);
  await writer.publish(revision, note, signal);
  return revision;
}

async function message(revision: string): Promise<string> {
  const text = await world.remote.git('cat-file', 'commit', revision);
  return text.slice(text.indexOf('\n\n') + 2);
}

beforeAll(async () => {
  world = await createGitWorld();
  world.remote.addDeployKey(world.publicKey, 'write');
  repository = await world.follow();
  await untilState(repository, 'ready');
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => repository.refresh(signal));

it('a commit is made in the mirror, and is nowhere else until it is published', async () => {
  const head = await repository.head(signal);
  const before = await world.remote.files();
  const revision = await make({ files: new Map([[file, 'a: 1\n']]), message: 'One' });
  expect(await repository.head(signal)).toBe(head);
  expect(await world.remote.head()).toBe(head);
  expect(await textAt(repository, revision, file)).toBe('a: 1\n');
  expect(await repository.log({ from: head, to: revision }, [file], signal)).toEqual([
    { revision, subject: 'One' },
  ]);

  const refreshes = countRefreshes(repository);
  await repository.publish(revision, note, signal);
  expect(refreshes.count).toBe(1);
  expect(await world.remote.head()).toBe(revision);
  expect(await repository.head(signal)).toBe(revision);
  expect(await world.remote.files()).toEqual({ ...before, [file]: 'a: 1\n' });
  expect((await world.remote.notes()).get(revision)).toBe('{"jobID":"1"}\n');
  expect((await repository.notes(note.ref, signal)).get(revision)).toBe('{"jobID":"1"}\n');
  expect(await world.remote.git('for-each-ref', '--format=%(refname)')).toBe(
    'refs/heads/master\nrefs/notes/flux\n',
  );
  await world.remote.git('fsck', '--strict');
});

describe('the files of a commit', () => {
  it('keep their modes, whatever their paths are called', async () => {
    const paths = ['odd/ü "quoted"\\\nname.yaml', 'odd/-rf', 'odd/*.yaml', 'odd/a b', ' ', 'odd/\ttab'];
    await world.remote.commit({
      ...Object.fromEntries(paths.map((path) => [path, 'before'])),
      'odd/run': { executable: '#!/bin/sh\n' },
      'odd/link.yaml': { symlink: '../workloads/hello.yaml' },
    });
    await repository.refresh(signal);
    const before = await world.remote.git('ls-tree', '-r', '-z', 'refs/heads/master');
    const edits = [...paths, 'odd/run'];
    const revision = await publish({ files: new Map(edits.map((path) => [path, `after ${path}`])) });
    for (const path of edits) expect(await world.remote.read(path, revision)).toBe(`after ${path}`);
    const modes = (listing: string) => listing.split('\0').map((line) => line.replace(/ blob \w+/, ''));
    expect(modes(await world.remote.git('ls-tree', '-r', '-z', revision))).toEqual(modes(before));
    await world.remote.git('fsck', '--strict');
  });

  it('may have a path that is not UTF-8: it keeps its bytes', async () => {
    const latin = await world.follow({ branch: 'latin' });
    const blob = (await world.remote.git('rev-parse', `refs/heads/master:${file}`)).trim();
    const listing = Buffer.from(`100755 blob ${blob}\tcaf\xe9.yaml\0`, 'latin1');
    const tree = (await runGit(world.remote.path, ['mktree', '-z'], listing)).toString().trim();
    const first = `tree ${tree}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nlatin\n`;
    const commit = await runGit(world.remote.path, ['hash-object', '-t', 'commit', '-w', '--stdin'], first);
    await world.remote.moveBranch('latin', commit.toString().trim());
    await untilState(latin, 'ready');
    const revision = await publish({ files: new Map([['caf\ufffd.yaml', 'au lait']]) }, latin);
    expect(await world.remote.git('ls-tree', revision)).toMatch(/^100755 blob \w+\t"caf\\351.yaml"\n$/);
    expect(await world.remote.git('log', '-1', '-p', '--format=', revision)).toContain('+au lait');
  });

  it('may be big, empty and of any characters', async () => {
    const content = `${'x'.repeat(3_000_000)}\0\r\n\u{1f600}`;
    const revision = await publish({
      files: new Map([
        [file, content],
        ['namespaces/demo.yaml', ''],
      ]),
    });
    expect(await world.remote.read(file, revision)).toBe(content);
    expect(await world.remote.read('namespaces/demo.yaml', revision)).toBe('');
  });

  it.each([
    ['odd/link.yaml', 'is a symbolic link or a submodule'],
    ['odd', 'is not in the repository'],
    ['nosuch.yaml', 'is not in the repository'],
  ])('%s %s: nothing is made', async (path, why) => {
    await expect(
      make({
        files: new Map([
          [file, 'x'],
          [path, 'x'],
        ]),
      }),
    ).rejects.toThrow(`git commit: ${path} ${why}`);
  });

  it('that hold already what was asked for make no commit', async () => {
    const content = await world.remote.read(file);
    await expect(make({ files: new Map([[file, content ?? '']]) })).rejects.toThrow(
      'no changes made in repo',
    );
    await expect(make({ files: new Map() })).rejects.toThrow('no changes made in repo');
  });
});

describe('the message', () => {
  it('is cleaned up as git does it, and keeps lines with #', async () => {
    const revision = await publish({ message: '\n\nSubject  \n\n\n\n# not a comment\t\r\n - ümlaut\n\n' });
    expect(await message(revision)).toBe('Subject\n\n# not a comment\n - ümlaut\n');
  });

  it('may be very long', async () => {
    const long = Array.from({ length: 20_000 }, (_, i) => `- default:deployment/workload-${i}`).join('\n');
    expect(await message(await publish({ message: `Locked\n\n${long}` }))).toBe(`Locked\n\n${long}\n`);
  });

  it('[daemon 47] with the suffix ` **SKIP**` the subject ends with it', async () => {
    const skipping = await world.follow({ messageSuffix: ' **SKIP**' });
    await untilState(skipping, 'ready');
    await publish({ message: 'A change' }, skipping);
    expect((await world.remote.log())[0]?.subject).toBe('A change **SKIP**');
  });

  it.each([
    ['a\0b', 'git commit: a NUL byte in commit log message not allowed.'],
    [' \n\n', 'git commit: Aborting commit due to empty commit message.'],
  ])('%j is refused', async (text, error) => {
    await expect(make({ message: text })).rejects.toThrow(error);
  });
});

describe('the author', () => {
  const people = (revision: string) =>
    world.remote.git('log', '-1', '--format=%an <%ae>, %cn <%ce>', revision);
  const flux = 'Weave Flux <support@weave.works>';

  it.each([
    { author: '', as: flux, because: 'nobody asked' },
    { author: 'Jane <j@x>', as: 'Jane <j@x>', because: '[daemon 67] (author) it is whoever asked' },
    { author: ' Jörg  Ä. <j@x> ', as: 'Jörg  Ä <j@x>', because: 'git takes away what is odd' },
    { author: 'Jane <>', as: 'Jane <>', because: 'an address may be empty' },
    { author: 'SAM@EXAMPLE', as: 'Sam Example <sam@example.com>', because: 'a part names an earlier author' },
  ])('$author is $as: $because', async ({ author, as }) => {
    expect(await people(await publish({ author }))).toBe(`${as}, ${flux}\n`);
  });

  it.each([
    {
      author: 'unknown',
      error: "--author 'unknown' is not 'Name <email>' and matches no existing author",
    },
    { author: 'S.m', error: "--author 'S.m' is not 'Name <email>' and matches no existing author" },
    { author: '-x\n', error: "--author '-x\n' is not 'Name <email>' and matches no existing author" },
    { author: 'Jane >', error: 'malformed --author parameter' },
    { author: 'Ja\0ne <j@x>', error: 'malformed --author parameter' },
    { author: '<j@x>', error: 'empty ident name (for <j@x>) not allowed' },
  ])('[daemon 67] (no author) $author: the commit fails', async ({ author, error }) => {
    await expect(make({ author })).rejects.toMatchObject({
      type: 'user',
      message: expect.stringContaining(`git commit: fatal: ${error}`),
    });
  });
});

it('[daemon 48] (writing) files, a branch and a tag of one name cause no ambiguity', async () => {
  const first = await world.remote.head();
  for (const name of ['master', 'HEAD', 'flux', 'heads/master']) {
    await world.remote.setTag(name, first);
    await world.remote.moveBranch(name, name === 'master' ? first : `${first}^`);
  }
  await world.remote.commit({ master: 'a file', 'refs/heads/master': 'a file', HEAD: 'a file' });
  await repository.refresh(signal);
  const names = ['master', 'refs/heads/master', 'HEAD'];
  const revision = await publish({ files: new Map(names.map((name) => [name, 'another'])) });
  expect(await world.remote.git('rev-parse', 'refs/heads/master')).toBe(`${revision}\n`);
  expect(await world.remote.git('rev-parse', 'refs/tags/master')).toBe(`${first}\n`);
  expect(await world.remote.git('rev-parse', 'refs/heads/heads/master')).not.toBe(`${revision}\n`);
  expect((await world.remote.notes()).get(revision)).toBe('{"jobID":"1"}\n');
});

it('[daemon 55] (commits) read-only: nothing is made, nothing is pushed', async () => {
  const reader = await world.follow({ readonly: true });
  await untilState(reader, 'ready');
  const refused = 'cannot make a working clone of a read-only git repo';
  await expect(make({}, reader)).rejects.toThrow(refused);
  const revision = await make();
  await expect(reader.publish(revision, note, signal)).rejects.toThrow(refused);
  expect(await world.remote.head()).not.toBe(revision);
});
