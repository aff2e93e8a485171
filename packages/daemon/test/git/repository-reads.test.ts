import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobId, CommitSha, Repository } from '../../src/git/repository.ts';
import { createGitWorld, type GitWorld, textAt, untilState } from './git-world.ts';

let world: GitWorld;
let repository: Repository;
const { signal } = new AbortController();

/** The repository as it is after `change`. */
async function afterFetch<T>(change: () => Promise<T>): Promise<T> {
  const result = await change();
  await repository.refresh(signal);
  return result;
}

const paths = (entries: readonly { readonly path: string }[]) => entries.map(({ path }) => path);

beforeAll(async () => {
  world = await createGitWorld();
  world.remote.addDeployKey(world.publicKey, 'write');
  repository = await world.follow();
  await untilState(repository, 'ready');
});
afterAll(() => world[Symbol.asyncDispose]());

describe('trees and blobs', () => {
  it('lists all files of a revision, or those under paths', async () => {
    const head = await repository.head(signal);
    const all = ['namespaces/demo.yaml', 'workloads/hello-service.yaml', 'workloads/hello.yaml'];
    expect(paths(await repository.tree(head, [], signal))).toEqual(all);
    expect(paths(await repository.tree(head, ['.'], signal))).toEqual(all);
    expect(paths(await repository.tree(head, ['namespaces', './workloads//'], signal))).toEqual(all);
    expect(paths(await repository.tree(head, ['workloads/hello.yaml'], signal))).toEqual([
      'workloads/hello.yaml',
    ]);
    expect(await repository.tree(head, ['work', 'missing', '../elsewhere'], signal)).toEqual([]);
  });

  it('tells files and symbolic links, whatever the paths are called', async () => {
    const head = await afterFetch(() =>
      world.remote.commit({
        'odd/ü "quoted"\nname.yaml': 'a: 1\n',
        'odd/-rf': 'b',
        'odd/*.yaml': 'star',
        'odd/link.yaml': { symlink: '../workloads/hello.yaml' },
        'odd/run': { executable: '#!/bin/sh\n' },
      }),
    );
    const tree = await repository.tree(head as CommitSha, ['odd'], signal);
    expect(tree.map(({ path, type }) => [path, type])).toEqual([
      ['odd/*.yaml', 'file'],
      ['odd/-rf', 'file'],
      ['odd/link.yaml', 'symlink'],
      ['odd/run', 'file'],
      ['odd/ü "quoted"\nname.yaml', 'file'],
    ]);
    expect(paths(await repository.tree(head as CommitSha, ['odd/*.yaml'], signal))).toEqual(['odd/*.yaml']);
  });

  it('lists each revision as it is, whatever was listed before it', async () => {
    const files = { 'walk/a/b/1': '1', 'walk/a/b/2': '2', 'walk/a-b': '3', 'walk/c/1': '4', 'walk/c.d': '5' };
    const one = (await afterFetch(() => world.remote.commit(files))) as CommitSha;
    const two = (await afterFetch(() =>
      world.remote.commit({ 'walk/a/b/2': 'two', 'walk/c/1': null, 'walk/e/f/1': '4' }),
    )) as CommitSha;
    const list = async (revision: CommitSha) =>
      (await repository.tree(revision, ['walk'], signal)).map(({ path, blob }) => `${blob} ${path}`);
    const byGit = async (revision: CommitSha) =>
      [...(await world.remote.git('ls-tree', '-r', revision, 'walk/')).matchAll(/ blob (\w+)\t(.+)/g)].map(
        ([, blob, path]) => `${blob} ${path}`,
      );
    for (const revision of [one, two, two, one, two]) {
      expect(await list(revision)).toEqual(await byGit(revision));
    }
    expect(await list(one)).toHaveLength(5);
    const unknown = '0123456789012345678901234567890123456789' as CommitSha;
    await expect(list(unknown)).rejects.toThrow(`no tree ${unknown}`);
  });

  it('reads ten thousand blobs in order, over one process', async () => {
    const files: Record<string, string> = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [
        `many/${i}.yaml`,
        `number: ${i}\n${'#'.repeat(i % 3_000)}\n`,
      ]),
    );
    const head = (await afterFetch(() => world.remote.commit(files))) as CommitSha;
    const tree = await repository.tree(head, ['many'], signal);
    expect(tree.length).toBe(10_000);
    let index = 0;
    for await (const { id, bytes } of repository.blobs(
      tree.map(({ blob }) => blob),
      signal,
    )) {
      const entry = tree[index];
      const isSame = entry && id === entry.blob && bytes?.toString() === files[entry.path];
      if (!isSame) throw new Error(`wrong blob at ${index}`);
      index += 1;
    }
    expect(index).toBe(10_000);
  });

  it('reads blobs of any bytes and size, several readers at a time', async () => {
    const big = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 256));
    const head = (await afterFetch(() =>
      world.remote.commit({ 'bytes/big': big, 'bytes/empty': '', 'bytes/newline': '\n' }),
    )) as CommitSha;
    const tree = await repository.tree(head, ['bytes'], signal);
    const readAll = async () => {
      const seen: (Buffer | undefined)[] = [];
      for await (const { bytes } of repository.blobs(
        tree.map(({ blob }) => blob),
        signal,
      )) {
        seen.push(bytes);
      }
      return seen;
    };
    for (const seen of await Promise.all([readAll(), readAll(), readAll()])) {
      expect(seen.map((bytes) => bytes?.length)).toEqual([3_000_000, 0, 1]);
      expect(seen[0]?.equals(big)).toBe(true);
    }
  });

  it('goes on after a reader that gave up, and says which blob is missing', async () => {
    const head = await repository.head(signal);
    const ids = (await repository.tree(head, ['many'], signal)).map(({ blob }) => blob);
    for await (const _ of repository.blobs(ids, signal)) break;

    const stop = new AbortController();
    const reading = (async () => {
      for await (const _ of repository.blobs(ids, stop.signal)) stop.abort();
    })();
    await expect(reading).rejects.toThrow('aborted');

    const missing = '0123456789012345678901234567890123456789' as BlobId;
    const lost = (async () => {
      for await (const _ of repository.blobs([missing], signal));
    })();
    await expect(lost).rejects.toThrow(`no blob ${missing}`);
    expect(await repository.head(signal)).toBe(head);
  });
});

describe('history', () => {
  it('[daemon 48] files, a branch and a tag of one name cause no ambiguity', async () => {
    const first = await world.remote.head();
    await afterFetch(async () => {
      await world.remote.setTag('master', first);
      await world.remote.setTag('flux', first);
      await world.remote.moveBranch('flux', first);
      return world.remote.commit({ master: 'a file', flux: 'a file', HEAD: 'a file' });
    });
    const head = await repository.head(signal);
    expect(head).toBe(await world.remote.head());
    expect(await repository.tagged('master', signal)).toBe(first);
    expect(await repository.tagged('flux', signal)).toBe(first);
    expect((await repository.log({ to: head }, ['master'], signal)).length).toBe(1);
    expect((await repository.log({ from: first as CommitSha, to: 'HEAD' }, [], signal)).length).toBe(1);
    await repository.moveTag('flux', head, 'Sync pointer', signal);
    expect((await world.remote.tag('flux'))?.revision).toBe(head);
    expect(await world.remote.head('flux')).toBe(first);
    await world.remote.deleteBranch('flux');
  });

  it('[daemon 50] a merged branch has six commits, four by the first parent', async () => {
    const commit = (subject: string, options = {}) =>
      world.remote.commit(
        { [`log/${subject}`]: subject },
        { branch: 'merged', message: subject, ...options },
      );
    const base = await commit('base', { parent: null });
    await commit('one');
    await commit('side one', { branch: 'side', parent: base });
    const side = await commit('side two', { branch: 'side' });
    await commit('two');
    const head = (await afterFetch(() => commit('merge', { merge: [side] }))) as CommitSha;
    const subjects = async (firstParent: boolean) =>
      (await repository.log({ to: head, firstParent }, [], signal)).map(({ subject }) => subject);
    expect((await subjects(false)).toSorted()).toEqual([
      'base',
      'merge',
      'one',
      'side one',
      'side two',
      'two',
    ]);
    expect(await subjects(true)).toEqual(['merge', 'two', 'one', 'base']);
  });

  it('[daemon 51] HEAD^ is read as that revision, without a checkout', async () => {
    await afterFetch(async () => {
      await world.remote.commit({ 'version.yaml': 'a: 1\n' });
      return world.remote.commit({ 'version.yaml': 'a: 22\n' });
    });
    const before = await repository.resolve('HEAD^', signal);
    if (!before) throw new Error('HEAD^ is unknown');
    expect(await textAt(repository, before, 'version.yaml')).toBe('a: 1\n');
    expect(await repository.resolve('HEAD', signal)).toBe(await world.remote.head());
    expect(await repository.resolve(before.slice(0, 7), signal)).toBe(before);
    expect(await repository.resolve('nosuch', signal)).toBeUndefined();
    expect(await repository.resolve('-nosuch', signal)).toBeUndefined();
    expect(await repository.resolve('a\nb', signal)).toBeUndefined();
  });

  it('tells commits in a range, newest first, and only those under the paths', async () => {
    const start = (await world.remote.head()) as CommitSha;
    const one = await world.remote.commit({ 'a/x.yaml': '1' }, { message: 'Change a\n\nwith a body' });
    const two = await afterFetch(() => world.remote.commit({ 'b/x.yaml': '1' }, { message: 'Ändere b' }));
    expect(await repository.log({ from: start, to: two }, [], signal)).toEqual([
      { revision: two, subject: 'Ändere b' },
      { revision: one, subject: 'Change a' },
    ]);
    expect((await repository.log({ from: start, to: two }, ['a'], signal)).map((c) => c.revision)).toEqual([
      one,
    ]);
    expect(await repository.log({ from: start, to: two }, ['missing'], signal)).toEqual([]);
    const [newest] = await repository.log({ to: two }, [], signal);
    expect(await repository.log({ to: two, most: 1 }, [], signal)).toEqual([newest]);
  });

  it("[api 34] (the text) a revision that nobody knows is a bad revision, in git's words", async () => {
    await expect(repository.log({ to: 'nosuch' }, [], signal)).rejects.toThrow(
      /^fatal: bad revision 'nosuch', full output:\n fatal: bad revision 'nosuch'\n$/,
    );
    const head = await repository.head(signal);
    await expect(repository.log({ from: head, to: 'nosuch' }, [], signal)).rejects.toThrow(
      'fatal: bad revision',
    );
    const unknown = '0123456789012345678901234567890123456789' as CommitSha;
    await expect(repository.log({ from: unknown, to: head }, [], signal)).rejects.toThrow(
      'fatal: Invalid revision range',
    );
    await expect(repository.log({ to: '--all' }, [], signal)).rejects.toThrow('bad revision');
  });

  it('[daemon 49] lists and reads notes: two, or none without an error', async () => {
    expect(await repository.notes('refs/notes/none', signal)).toEqual(new Map());
    const [newest, before] = await world.remote.log();
    if (!newest || !before) throw new Error('too few commits');
    await afterFetch(async () => {
      await world.remote.addNote(newest.revision, '{"jobID":"1"}');
      await world.remote.addNote(before.revision, 'ümlaut');
      return undefined;
    });
    expect(await repository.notes('refs/notes/flux', signal)).toEqual(
      new Map([
        [newest.revision, '{"jobID":"1"}\n'],
        [before.revision, 'ümlaut\n'],
      ]),
    );
    const only = new Set([before.revision as CommitSha]);
    expect([...(await repository.notes('refs/notes/flux', signal, only)).keys()]).toEqual([before.revision]);
  });
});

describe('the sync tag', () => {
  it('is annotated, made without a checkout, and pushed by force', async () => {
    const older = (await world.remote.log())[1]?.revision as CommitSha;
    const head = await repository.head(signal);
    await repository.moveTag('flux-sync', head, 'Sync pointer', signal);
    expect(await world.remote.tag('flux-sync')).toMatchObject({
      revision: head,
      annotated: true,
      message: 'Sync pointer\n',
      tagger: 'Weave Flux <support@weave.works>',
    });
    await repository.moveTag('flux-sync', older, 'Sync pointer', signal);
    expect((await world.remote.tag('flux-sync'))?.revision).toBe(older);
    expect(await repository.tagged('flux-sync', signal)).toBe(older);
    await world.remote.git('fsck', '--strict');
  });

  it('pushes nothing else, and overwrites what somebody else moved', async () => {
    const head = await repository.head(signal);
    const theirs = await world.remote.commit({ 'theirs.yaml': '# theirs\n' });
    await world.remote.setTag('flux-sync', theirs);
    await repository.moveTag('flux-sync', head, 'Sync pointer', signal);
    expect(await world.remote.head()).toBe(theirs);
    expect((await world.remote.tag('flux-sync'))?.revision).toBe(head);
  });

  it('a push that is refused leaves the tag where it was, here too', async () => {
    const before = await repository.tagged('flux-sync', signal);
    await world.remote.refusePushes('refs/tags/flux-sync');
    const moving = repository.moveTag(
      'flux-sync',
      (await world.remote.head()) as CommitSha,
      'Sync pointer',
      signal,
    );
    await expect(moving).rejects.toThrow(/moving tag flux-sync: |pushing tag to origin: /);
    await repository.refresh(signal);
    const again = repository.moveTag('flux-sync', await repository.head(signal), 'Sync pointer', signal);
    await expect(again).rejects.toThrow(/^pushing tag to origin: /);
    await world.remote.refusePushes('refs/tags/flux-sync', false);
    expect(await repository.tagged('flux-sync', signal)).toBe(before);
    await repository.refresh(signal);
    expect(await repository.tagged('flux-sync', signal)).toBe(before);
  });

  it('a name that is none for a tag is told', async () => {
    const head = await repository.head(signal);
    await expect(repository.moveTag('a b', head, 'Sync pointer', signal)).rejects.toThrow(
      /(moving|pushing) tag/,
    );
  });
});

it('[daemon 55] (the git part) read-only: nothing is pushed', async () => {
  world.remote.addDeployKey(world.publicKey, 'read');
  const reader = await world.follow({ readonly: true });
  await untilState(reader, 'ready');
  await expect(reader.moveTag('flux', await reader.head(signal), 'Sync pointer', signal)).rejects.toThrow(
    'moving tag flux: the git repo is read-only',
  );
  expect((await world.remote.tagNames()).filter((name) => name.startsWith('flux-write-check'))).toEqual([]);
});
