import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommitSha, NewCommit, Repository } from '../../src/git/repository.ts';
import { countRefreshes, createGitWorld, type GitWorld, untilState } from './git-world.ts';

let world: GitWorld;
let repository: Repository;
const { signal } = new AbortController();
const note = { ref: 'refs/notes/flux', text: '{"jobID":"1"}' };
const file = 'workloads/hello.yaml';

/** A commit on the head of the mirror. */
async function change(commit: Partial<NewCommit> = {}): Promise<NewCommit> {
  const parent = await repository.head(signal);
  return { parent, files: new Map([[file, `# ${parent}\n`]]), message: 'A change', author: '', ...commit };
}

async function make(commit: Partial<NewCommit> = {}): Promise<CommitSha> {
  return repository.makeCommit(await change(commit), signal);
}

beforeAll(async () => {
  world = await createGitWorld();
  world.remote.addDeployKey(world.publicKey, 'write');
  repository = await world.follow();
  await untilState(repository, 'ready');
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => repository.refresh(signal));

describe('a commit', () => {
  it('is made in the mirror, and is nowhere else until it is published', async () => {
    const head = await repository.head(signal);
    const before = await world.remote.files();
    const revision = await make({ files: new Map([[file, 'a: 1\n']]), message: 'One' });
    expect(await repository.head(signal)).toBe(head);
    expect(await world.remote.head()).toBe(head);
    const tree = await repository.tree(revision, [], signal);
    expect(tree.find(({ path }) => path === file)?.size).toBe(5);
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
});
