import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HostedRepository } from '../src/git-host/hosted-repository.ts';
import { sampleRepository } from '../src/git-host/sample-repository.ts';
import { type GitHost, startGitHost } from '../src/git-host/start-git-host.ts';

const run = promisify(execFile);

describe('git host over SSH', () => {
  let host: GitHost;
  let repository: HostedRepository;
  let folder: string;
  let publicKey: string;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'git-host-test-'));
    await run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(folder, 'id')]);
    publicKey = await readFile(join(folder, 'id.pub'), 'utf8');
    host = await startGitHost();
    await writeFile(join(folder, 'known_hosts'), host.knownHosts);
  });
  beforeEach(async () => {
    count += 1;
    repository = await host.createRepository(`sam/flux-demo-${count}`, sampleRepository);
  });
  afterAll(async () => {
    await host.stop();
    await rm(folder, { recursive: true });
  });

  /** Runs the user's git; resolves with what it said, whether it went well or not. */
  async function git(...args: string[]): Promise<{ ok: boolean; text: string }> {
    const ssh = `ssh -F none -i ${folder}/id -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR -o UserKnownHostsFile=${folder}/known_hosts -o StrictHostKeyChecking=yes`;
    const who = ['-c', 'user.name=Sam', '-c', 'user.email=sam@example.com'];
    try {
      const { stdout, stderr } = await run('git', [...who, ...args], {
        env: { ...process.env, GIT_SSH_COMMAND: ssh, HOME: folder },
      });
      return { ok: true, text: stdout + stderr };
    } catch (error) {
      return { ok: false, text: (error as { stderr: string }).stderr };
    }
  }

  it('refuses a key that nobody added', async () => {
    const { ok, text } = await git('ls-remote', repository.url);
    expect(ok).toBe(false);
    expect(text).toContain('Permission denied (publickey).');
  });

  it('lets a key read, then write, as its rights are given and taken', async () => {
    const clone = join(folder, `clone-${count}`);
    repository.addDeployKey(publicKey, 'read');
    expect(await git('clone', '-q', repository.url.replace(/\.git$/, ''), clone)).toMatchObject({ ok: true });
    expect(await readFile(join(clone, 'namespaces/demo.yaml'), 'utf8')).toContain('kind: Namespace');

    await writeFile(join(clone, 'new.yaml'), '# new\n');
    await git('-C', clone, 'add', '.');
    await git('-C', clone, 'commit', '-q', '-m', 'Add a file');
    const refused = await git('-C', clone, 'push', 'origin', 'master');
    expect(refused.ok).toBe(false);
    expect(refused.text).toContain(
      'ERROR: The key you are authenticating with has been marked as read only.',
    );

    repository.addDeployKey(publicKey, 'write');
    expect(await git('-C', clone, 'push', 'origin', 'master')).toMatchObject({ ok: true });
    expect(await repository.read('new.yaml')).toBe('# new\n');
    expect((await repository.log()).map((commit) => commit.subject)).toEqual(['Add a file', 'First commit']);

    repository.removeDeployKey(publicKey);
    expect((await git('ls-remote', repository.url)).text).toContain('Permission denied (publickey).');
  });

  it("does not tell of other people's repositories", async () => {
    repository.addDeployKey(publicKey, 'write');
    const other = await host.createRepository(`other/private-${count}`, { a: 'b' });
    expect((await git('ls-remote', other.url)).text).toContain('ERROR: Repository not found.');
  });

  it('goes away and comes back on the same port', async () => {
    repository.addDeployKey(publicKey, 'read');
    await host.goAway();
    expect((await git('ls-remote', repository.url)).text).toContain('Connection refused');
    await host.comeBack();
    expect(await git('ls-remote', repository.url)).toMatchObject({ ok: true });
  });

  it('cuts a connection in the middle of a transfer, once', async () => {
    repository.addDeployKey(publicKey, 'read');
    await repository.commit({
      'big.bin': Buffer.from(Array.from({ length: 400_000 }, () => Math.random() * 256)),
    });
    host.cutAfter(100_000);
    const cut = await git('clone', '-q', repository.url, join(folder, `cut-${count}`));
    expect(cut.ok).toBe(false);
    expect(await git('clone', '-q', repository.url, join(folder, `whole-${count}`))).toMatchObject({
      ok: true,
    });
  });

  it('refuses pushes to a ref that is named', async () => {
    const clone = join(folder, `clone-${count}`);
    repository.addDeployKey(publicKey, 'write');
    await git('clone', '-q', repository.url, clone);
    await repository.refusePushes('refs/tags/flux');
    const refused = await git('-C', clone, 'push', 'origin', 'HEAD:refs/tags/flux');
    expect(refused.text).toContain('[remote rejected]');
    await repository.refusePushes('refs/tags/flux', false);
    expect(await git('-C', clone, 'push', 'origin', 'HEAD:refs/tags/flux')).toMatchObject({ ok: true });
    expect((await repository.tag('flux'))?.revision).toBe(await repository.head());
  });

  it('lets a colleague be faster, before or during a push', async () => {
    const clone = join(folder, `clone-${count}`);
    repository.addDeployKey(publicKey, 'write');
    await git('clone', '-q', repository.url, clone);
    await git('-C', clone, 'commit', '-q', '--allow-empty', '-m', 'Mine');

    repository.beforeNextPush(() => repository.commit({ 'other.yaml': '# theirs\n' }));
    expect((await git('-C', clone, 'push', 'origin', 'master')).text).toContain('(fetch first)');

    await git('-C', clone, 'fetch', '-q');
    await git('-C', clone, 'rebase', '-q', 'origin/master');
    repository.duringNextPush(() => repository.commit({ 'another.yaml': '# theirs\n' }));
    const late = await git('-C', clone, 'push', 'origin', 'master');
    expect(late.ok).toBe(false);
    expect(late.text).toContain('[remote rejected]');
  });

  it('keeps symbolic links, merges, forced branches, tags and notes', async () => {
    const first = await repository.head();
    const side = await repository.commit({ 'side.yaml': '# side' }, { branch: 'side', parent: first });
    const merge = await repository.commit({ link: { symlink: 'side.yaml' } }, { merge: [side] });
    expect(await repository.git('ls-tree', merge, 'link')).toMatch(/^120000/);
    expect((await repository.log()).length).toBe(3);

    await repository.setTag('flux', merge);
    await repository.addNote(merge, 'hello');
    expect((await repository.notes()).get(merge)).toBe('hello\n');

    const other = await repository.commit({ 'only.yaml': '# new history' }, { parent: null });
    expect(Object.keys(await repository.files())).toEqual(['only.yaml']);
    expect((await repository.tag('flux'))?.revision).not.toBe(other);
    await repository.deleteBranch('side');
    await expect(repository.head('side')).rejects.toThrow('no branch');
  });
});
