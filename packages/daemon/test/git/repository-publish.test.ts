import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runGit } from '@fluxctl/sandbox/git-host/run-git';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BranchMovedError, type CommitSha, type Repository } from '../../src/git/repository.ts';
import { countRefreshes, createGitWorld, type GitWorld, until, untilState } from './git-world.ts';

const run = promisify(execFile);
let world: GitWorld;
let repository: Repository;
const { signal } = new AbortController();
const note = { ref: 'refs/notes/flux', text: '{"jobID":"1"}' };

beforeEach(async () => {
  world = await createGitWorld();
  world.remote.addDeployKey(world.publicKey, 'write');
  repository = await world.follow();
  await untilState(repository, 'ready');
});
afterEach(() => world[Symbol.asyncDispose]());

async function make(writer = repository, content?: string): Promise<CommitSha> {
  const parent = await writer.head(signal);
  const files = new Map([['workloads/hello.yaml', content ?? `# after ${parent}\n`]]);
  return writer.makeCommit({ parent, files, message: 'A change', author: '' }, signal);
}

/** Git in the one mirror that there is. */
async function mirrorGit(...args: string[]): Promise<string> {
  const [workspace = ''] = await readdir(world.temp);
  return (await run('git', ['--git-dir', join(world.temp, workspace, 'mirror-1'), ...args])).stdout;
}

const refsOf = (text: string) => text.split('\n').filter((line) => !line.includes('flux-write-check'));
const remoteRefs = async () => refsOf(await world.remote.git('for-each-ref'));
const mirrorRefs = async () => refsOf(await mirrorGit('for-each-ref'));

/** Tries what must fail, and looks that all refs are where they were, here and there. */
async function failing(publishing: () => Promise<void>): Promise<unknown> {
  const there = await remoteRefs();
  const here = await mirrorRefs();
  const refreshes = countRefreshes(repository);
  const error = await publishing().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(await remoteRefs()).toEqual(there);
  expect((await mirrorRefs()).filter((line) => !line.includes('refs/notes/fluxd-'))).toEqual(here);
  expect(refreshes.count).toBe(0);
  return error;
}

it('what is not published outlives a clean-up of the mirror', async () => {
  const revision = await make();
  await mirrorGit('-c', 'gc.auto=1', 'gc', '--auto', '--quiet');
  await repository.refresh(signal);
  await repository.publish(revision, note, signal);
  expect(await world.remote.head()).toBe(revision);
});

describe('notes', () => {
  it('[daemon 49] (writing) are added to those there are, of other daemons too', async () => {
    const first = await world.remote.head();
    await world.remote.addNote(first, 'theirs');
    await repository.refresh(signal);
    const revision = await make();
    await repository.publish(revision, note, signal);
    const all = new Map([
      [first, 'theirs\n'],
      [revision, '{"jobID":"1"}\n'],
    ]);
    expect(await world.remote.notes()).toEqual(all);
    expect(await repository.notes(note.ref, signal)).toEqual(all);
    expect(await world.remote.git('log', '--format=%an <%ae>', 'refs/notes/flux')).toBe(
      'Weave Flux <support@weave.works>\nSam Example <sam@example.com>\n',
    );
  });

  it.each([
    { there: 255, folder: '', because: 'with the one that comes they are many' },
    { there: 300, folder: '/', because: 'they were many before' },
    { there: 60, folder: '/', because: '`git notes` finds fewer to be many' },
  ])('lie in folders: $because', async ({ there, folder }) => {
    const ids = Array.from({ length: there }, (_, i) => createHash('sha1').update(String(i)).digest('hex'));
    const paths = ids.map((id) => id.slice(0, 2) + folder + id.slice(2));
    const lines = paths.map((path) => `M 100644 inline ${path}\ndata 6\ntheirs\n`);
    const head = 'commit refs/notes/flux\ncommitter A <a@x> 1 +0000\ndata 0\n';
    await runGit(world.remote.path, ['fast-import', '--quiet'], `${head}${lines.join('')}`);
    await repository.refresh(signal);
    const revision = await make();
    await repository.publish(revision, note, signal);
    const tops = (await world.remote.git('ls-tree', '--name-only', 'refs/notes/flux')).trim().split('\n');
    if (there >= 255) expect(tops.every((name) => name.length === 2)).toBe(true);
    expect((await world.remote.notes()).size).toBe(there + 1);
    expect((await repository.notes(note.ref, signal)).size).toBe(there + 1);
    expect((await repository.notes(note.ref, signal)).get(revision)).toBe('{"jobID":"1"}\n');
  });
});

describe('the branch moved', () => {
  it('before the push: nothing changes, and starting over works', async () => {
    const revision = await make();
    const theirs = await world.remote.commit({ 'other.yaml': '# other\n' });
    expect(await failing(() => repository.publish(revision, note, signal))).toBeInstanceOf(BranchMovedError);
    await repository.refresh(signal);
    expect(await repository.head(signal)).toBe(theirs);
    expect(await failing(() => repository.publish(revision, note, signal))).toBeInstanceOf(BranchMovedError);
    const again = await make();
    await repository.publish(again, note, signal);
    expect((await world.remote.log()).slice(0, 2).map((one) => one.revision)).toEqual([again, theirs]);
    expect([...(await world.remote.notes()).keys()]).toEqual([again]);
  });

  it('while it was pushed', async () => {
    const revision = await make();
    let theirs: string | undefined;
    world.remote.duringNextPush(async () => {
      theirs = await world.remote.commit({ 'other.yaml': '# other\n' });
    });
    const error = await repository.publish(revision, note, signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BranchMovedError);
    expect(await world.remote.head()).toBe(theirs);
    expect(await world.remote.notes()).toEqual(new Map());
    expect(await repository.head(signal)).not.toBe(revision);
    await repository.refresh(signal);
    const again = await make();
    await repository.publish(again, note, signal);
    expect(await world.remote.head()).toBe(again);
  });

  it('back: a commit that somebody took away does not return', async () => {
    const first = await world.remote.head();
    await world.remote.commit({ 'secret.yaml': 'oops\n' });
    await repository.refresh(signal);
    const revision = await make();
    await world.remote.moveBranch('master', first);
    expect(await failing(() => repository.publish(revision, note, signal))).toBeInstanceOf(BranchMovedError);
    expect(await world.remote.head()).toBe(first);
  });

  it('only the notes: that counts as well', async () => {
    const revision = await make();
    await world.remote.addNote(await world.remote.head(), 'theirs');
    expect(await failing(() => repository.publish(revision, note, signal))).toBeInstanceOf(BranchMovedError);
    await repository.refresh(signal);
    await repository.publish(revision, note, signal);
    expect((await world.remote.notes()).size).toBe(2);
  });

  it('the notes, while they were pushed: the branch stays too', async () => {
    const first = await world.remote.head();
    const revision = await make();
    world.remote.duringNextPush(() => world.remote.addNote(first, 'theirs'));
    const error = await repository.publish(revision, note, signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BranchMovedError);
    expect(await world.remote.head()).toBe(first);
    expect([...(await world.remote.notes()).keys()]).toEqual([first]);
  });

  it('by another daemon at the same moment: one of the two has to start over', async () => {
    const other = await world.follow({ user: 'Another Flux' });
    await untilState(other, 'ready');
    const writers = [repository, other];
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(writers.map((writer) => writer.refresh(signal)));
      const made = await Promise.all(writers.map((writer) => make(writer)));
      const results = await Promise.allSettled(
        writers.map((writer, index) => writer.publish(made[index] as CommitSha, note, signal)),
      );
      const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(reasons).toEqual([expect.any(BranchMovedError)]);
      const quicker = made[results.findIndex(({ status }) => status === 'fulfilled')];
      expect(await world.remote.head()).toBe(quicker);
    }
    expect((await world.remote.notes()).size).toBe(5);
  });

  it('by ourselves: two commits were made on one head', async () => {
    const [one, two] = [await make(), await make(repository, '# another\n')];
    const results = await Promise.allSettled([one, two].map((it) => repository.publish(it, note, signal)));
    expect(results).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: expect.any(BranchMovedError) },
    ]);
  });
});

it('a mirror that was made anew meanwhile lacks the commit: starting over works', async () => {
  const revision = await make();
  const lost = await world.remote.head();
  const [workspace = ''] = await readdir(world.temp);
  await world.remote.moveBranch('master', await world.remote.commit({ a: 'a' }, { parent: null }));
  await rm(join(world.temp, workspace, 'mirror-1', 'HEAD'));
  repository.notify();
  await until(async () => (await repository.head(signal).catch(() => lost)) !== lost, 'another mirror');
  await untilState(repository, 'ready');
  await expect(repository.publish(revision, note, signal)).rejects.toBeInstanceOf(BranchMovedError);
  const commit = { parent: lost as CommitSha, files: new Map([['a', 'b']]), message: 'x', author: '' };
  await expect(repository.makeCommit(commit, signal)).rejects.toBeInstanceOf(BranchMovedError);
  const parent = await repository.head(signal);
  const again = await repository.makeCommit({ ...commit, parent }, signal);
  await repository.publish(again, note, signal);
  expect(await world.remote.head()).toBe(again);
});

describe('a push that is refused', () => {
  it.each(['refs/heads/master', 'refs/notes/flux'])('by a rule for %s changes nothing', async (ref) => {
    const revision = await make();
    await world.remote.refusePushes(ref);
    const error = await failing(() => repository.publish(revision, note, signal));
    expect(error).toMatchObject({
      type: 'user',
      message: expect.stringContaining(`git push ${world.remote.url} [master refs/notes/flux]: `),
      help: expect.stringContaining('protection'),
    });
    expect(error).not.toBeInstanceOf(BranchMovedError);
    await world.remote.refusePushes(ref, false);
    await repository.publish(revision, note, signal);
    expect(await world.remote.head()).toBe(revision);
  });

  it('for want of rights changes nothing', async () => {
    const revision = await make();
    world.remote.addDeployKey(world.publicKey, 'read');
    expect(await failing(() => repository.publish(revision, note, signal))).toMatchObject({
      type: 'user',
      help: expect.stringContaining('write access'),
    });
  });
});

describe('a host that cannot push atomically', () => {
  beforeEach(() => world.remote.git('config', 'receive.advertiseAtomic', 'false'));

  it('gets the note, then the commit', async () => {
    for (let i = 0; i < 2; i += 1) {
      const revision = await make();
      await repository.publish(revision, note, signal);
      expect(await world.remote.head()).toBe(revision);
      expect((await world.remote.notes()).size).toBe(i + 1);
      expect(await mirrorRefs()).toEqual(await remoteRefs());
    }
  });

  it('when the branch moved, starting over works', async () => {
    const revision = await make();
    await world.remote.commit({ 'other.yaml': '# other\n' });
    await expect(repository.publish(revision, note, signal)).rejects.toBeInstanceOf(BranchMovedError);
    expect(await world.remote.head()).not.toBe(revision);
    await repository.refresh(signal);
    const again = await make();
    await repository.publish(again, note, signal);
    expect(await world.remote.head()).toBe(again);
    expect((await repository.notes(note.ref, signal)).get(again)).toBe('{"jobID":"1"}\n');
    expect(await mirrorRefs()).toEqual(await remoteRefs());
  });
});

describe('a push that is cut off', () => {
  it('by the signal leaves nothing half, and the next one works', async () => {
    const revision = await make();
    world.host.slowDown(60_000);
    const stop = new AbortController();
    const error = await failing(async () => {
      const publishing = repository.publish(revision, note, stop.signal);
      await until(
        async () =>
          (await run('ps', ['-Ao', 'args='])).stdout.includes(
            `push --quiet --no-verify --atomic --force-with-lease=refs/notes/flux: --force-with-lease=refs/heads/master:${await world.remote.head()}`,
          ),
        'the push',
      );
      stop.abort();
      await publishing;
    });
    expect(error).toMatchObject({ name: 'AbortError' });
    world.host.slowDown(0);
    await repository.refresh(signal);
    await repository.publish(revision, note, signal);
    expect(await world.remote.head()).toBe(revision);
  });

  it('by SIGKILL leaves nothing half, and the next one works', async () => {
    const revision = await make();
    world.remote.beforeNextPush(async () => {
      const { stdout } = await run('pgrep', ['-f', `${world.temp}.* push `]);
      for (const pid of stdout.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
    });
    expect(await failing(() => repository.publish(revision, note, signal))).toMatchObject({
      message: expect.stringMatching(/^git push /),
    });
    await repository.publish(revision, note, signal);
    expect(await world.remote.head()).toBe(revision);
  });

  it('by the host before it was carried out is an error, and the next one works', async () => {
    const revision = await make();
    world.host.cutAfter(10);
    expect(await failing(() => repository.publish(revision, note, signal))).toMatchObject({
      message: expect.stringMatching(/^git push .*Could not read from remote repository/),
    });
    await repository.publish(revision, note, signal);
    expect(await world.remote.head()).toBe(revision);
  });

  it('by the host when it was carried out has succeeded', async () => {
    const revision = await make();
    world.remote.duringNextPush(() => world.host.cutAfter(10));
    await repository.publish(revision, note, signal);
    expect(await world.remote.head()).toBe(revision);
    expect(await repository.head(signal)).toBe(revision);
  });
});
