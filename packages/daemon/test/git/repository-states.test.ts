import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countRefreshes, createGitWorld, type GitWorld, until, untilState } from './git-world.ts';

let world: GitWorld;
beforeEach(async () => {
  world = await createGitWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

describe('the states of a repository', () => {
  it("[daemon 58] (the repository's part) without a URL it is unconfigured for good", async () => {
    const repository = await world.follow({ url: '' });
    expect(repository.status).toEqual({ state: 'unconfigured', error: 'git repo has not been cloned yet' });
    expect(repository.safeUrl).toBe('file:');
    expect(() => repository.requireReady()).toThrow('git repo does not have valid config');
    await expect(repository.head(world.signal)).rejects.toThrow('git repo does not have valid config');
  });

  it('keeps trying until the key is accepted, and says what git says', async () => {
    const repository = await world.open();
    expect(repository.status).toEqual({ state: 'new', error: 'git repo has not been cloned yet' });
    expect(() => repository.requireReady()).toThrow('git repo not ready: git repo has not been cloned yet');

    const followed = await world.follow();
    const refreshes = countRefreshes(followed);
    await untilState(
      followed,
      'new',
      /^git clone --mirror: fatal: Could not read from remote repository\., full output:\n /,
    );
    expect(followed.status.error).toContain('Permission denied (publickey)');
    expect(refreshes.count).toBe(0);

    world.remote.addDeployKey(world.publicKey, 'write');
    await untilState(followed, 'ready', '');
    followed.requireReady();
    expect(refreshes.count).toBe(1);
    expect(await followed.head(world.signal)).toBe(await world.remote.head());
  });

  it('[daemon 52] checks that it may write, and leaves no tag behind', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    await world.remote.setTag('flux-write-check-0123456789', await world.remote.head()); // a killed daemon's
    const repository = await world.follow();
    await untilState(repository, 'ready');
    expect(await world.remote.tagNames()).toEqual([]);
  });

  it('stays cloned while the key may only read', async () => {
    world.remote.addDeployKey(world.publicKey, 'read');
    const repository = await world.follow();
    await untilState(repository, 'cloned', /^attempt to push tag: fatal: /);
    expect(repository.status.error).toContain('marked as read only');
    expect(await repository.head(world.signal)).toBe(await world.remote.head());
    world.remote.addDeployKey(world.publicKey, 'write');
    await untilState(repository, 'ready');
  });

  it('[daemon 59] waits for the branch: `cloned` with the reason, ready soon after it is pushed', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow({ branch: 'prod' });
    await untilState(repository, 'cloned', "configured branch 'prod' does not exist");
    await world.remote.moveBranch('prod', await world.remote.head());
    await untilState(repository, 'ready');
  });

  it('finds a deleted branch out, and the branch that is back', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow();
    await untilState(repository, 'ready');
    const head = await world.remote.head();
    await world.remote.deleteBranch('master');
    repository.notify();
    await untilState(repository, 'cloned', "configured branch 'master' does not exist");
    expect(() => repository.requireReady()).toThrow(
      "git repo not ready: configured branch 'master' does not exist",
    );
    await world.remote.moveBranch('master', head);
    await untilState(repository, 'ready');
    expect(await repository.head(world.signal)).toBe(head);
  });

  it('follows a force push', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow();
    await untilState(repository, 'ready');
    const before = await repository.head(world.signal);
    const after = await world.remote.commit({ 'only.yaml': '# new history\n' }, { parent: null });
    repository.notify();
    await until(async () => (await repository.head(world.signal)) === after, 'the new head');
    const tree = await repository.tree(after as typeof before, [], world.signal);
    expect(tree.map(({ path }) => path)).toEqual(['only.yaml']);
  });

  it('goes back to `new` while the git host is away, and recovers', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow();
    await untilState(repository, 'ready');
    const head = await repository.head(world.signal);
    await world.host.goAway();
    repository.notify();
    await untilState(repository, 'new', /^git fetch --tags origin \[\]: fatal: .*Connection refused/s);
    expect(await repository.head(world.signal)).toBe(head);
    await world.host.comeBack();
    await untilState(repository, 'ready');
    expect((await readdir(world.temp)).length).toBe(1);
  });

  it('survives a connection that is cut in the middle of a fetch', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow({ retryMs: 60_000 });
    await untilState(repository, 'ready');
    const noise = Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(Math.random() * 256)));
    const head = await world.remote.commit({ 'big.bin': noise });
    world.host.cutAfter(100_000);
    repository.notify();
    // The next try follows at once.
    await until(async () => (await repository.head(world.signal)) === head, 'the new head');
    await untilState(repository, 'ready');
  });

  it('an empty repository is cloned, and waits for its first commit', async () => {
    const empty = await world.host.createRepository('sam/empty');
    empty.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow({ url: empty.url });
    await untilState(repository, 'cloned', "configured branch 'master' does not exist");
    await empty.commit({ 'a.yaml': '# a\n' });
    await untilState(repository, 'ready');
  });

  it('a branch that becomes a folder of branches is no obstacle', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const head = await world.remote.head();
    await world.remote.moveBranch('team', head);
    const repository = await world.follow();
    await untilState(repository, 'ready');
    await world.remote.deleteBranch('team');
    await world.remote.moveBranch('team/a', head);
    await repository.refresh(world.signal);
    expect(await repository.resolve('refs/heads/team/a', world.signal)).toBe(head);
  });

  it('says that ssh is missing, where it is', async () => {
    const programs = join(world.folder, 'programs');
    await mkdir(programs);
    const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v git']);
    await symlink(stdout.trim(), join(programs, 'git'));
    const repository = await world.follow({ env: { PATH: programs, HOME: world.folder } });
    await untilState(repository, 'new', /ssh: (command )?not found/);
  });

  it('is unreachable while the name of the host is not known', async () => {
    const repository = await world.follow({ url: 'git@no-such-host.invalid:sam/flux-demo' });
    await untilState(repository, 'unreachable', /could not resolve hostname/i);
  });

  it('ends a command that takes too long, with all that it started', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    world.host.slowDown(60_000);
    const repository = await world.follow({ timeoutMs: 1_000, retryMs: 60_000 });
    await untilState(
      repository,
      'new',
      /^git clone --mirror: running git command: git \[.*fetch .*\]: context deadline exceeded$/,
    );
  });
});

describe('refresh and notify', () => {
  it('a notification makes it look at once; many make one look', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow();
    await untilState(repository, 'ready');
    const refreshes = countRefreshes(repository);
    const head = await world.remote.commit({ 'new.yaml': '# new\n' });
    for (let i = 0; i < 20; i += 1) repository.notify();
    await until(() => refreshes.count > 0, 'a refresh');
    expect(await repository.head(world.signal)).toBe(head);
    expect(refreshes.count).toBeLessThan(3);
  });

  it('polls', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow({ pollIntervalMs: 20 });
    await untilState(repository, 'ready');
    const refreshes = countRefreshes(repository);
    await until(() => refreshes.count >= 2, 'two polls');
  });

  it('a refresh that fails changes nothing; one that works tells so', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    const repository = await world.follow();
    await untilState(repository, 'ready');
    const refreshes = countRefreshes(repository);
    await world.host.goAway();
    await expect(repository.refresh(world.signal)).rejects.toThrow('git fetch --tags origin []: ');
    expect(repository.status.state).toBe('ready');
    expect(refreshes.count).toBe(0);
    await world.host.comeBack();
    await repository.refresh(world.signal);
    expect(refreshes.count).toBe(1);
  });

  it('tags that are deleted upstream are gone (v1 keeps them for ever)', async () => {
    world.remote.addDeployKey(world.publicKey, 'write');
    await world.remote.setTag('flux', await world.remote.head());
    const repository = await world.follow();
    await untilState(repository, 'ready');
    expect(await repository.tagged('flux', world.signal)).toBe(await world.remote.head());
    await world.remote.deleteTag('flux');
    await repository.refresh(world.signal);
    expect(await repository.tagged('flux', world.signal)).toBeUndefined();
  });
});
