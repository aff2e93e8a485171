import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importGpgKeys } from '../../src/git/gpg-keys.ts';
import type { CommitSha, Repository } from '../../src/git/repository.ts';
import { createLogger } from '../../src/log/create-logger.ts';
import { createGitWorld, type GitWorld, untilState } from './git-world.ts';
import { createGpgRing, type GpgKey, type GpgRing, hasGpg } from './gpg-ring.ts';

const run = promisify(execFile);
const { signal } = new AbortController();
const gpg = hasGpg();

describe.skipIf(!gpg)(`with GnuPG${gpg ? '' : ' (skipped: not installed)'}`, () => {
  let ring: GpgRing;
  let key: GpgKey;
  let world: GitWorld;

  /** @returns what the log says */
  async function importing(paths: readonly string[], env: NodeJS.ProcessEnv = ring.env): Promise<string> {
    let said = '';
    const write = (line: string) => {
      said += line.replace(/^ts=\S+ caller=\S+ /, '');
    };
    const log = createLogger({ format: 'fmt', now: Date.now, write });
    await importGpgKeys(paths, { env, log }, signal);
    return said;
  }

  async function follow(signingKey: string): Promise<Repository> {
    const repository = await world.follow({ signingKey, env: ring.env });
    await untilState(repository, 'ready');
    return repository;
  }

  async function make(repository: Repository): Promise<CommitSha> {
    const parent = await repository.head(signal);
    const files = new Map([['workloads/hello.yaml', `# after ${parent}\n`]]);
    return repository.makeCommit({ parent, files, message: 'A change', author: 'Jane <j@x>' }, signal);
  }

  const verify = (...args: string[]) =>
    run('git', ['--git-dir', world.remote.path, ...args], { env: { ...ring.env, LC_ALL: 'C' } });

  beforeAll(async () => {
    ring = await createGpgRing();
    world = await createGitWorld();
    world.remote.addDeployKey(world.publicKey, 'write');
    key = await ring.newKey('Weave Flux <support@weave.works>');
    expect(await importing([key.file])).toBe(
      `info="imported GPG key(s) from ${key.file}" files=[${key.file}]\n`,
    );
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await ring?.[Symbol.asyncDispose]();
  });

  it('[daemon 6] (the git room) the sync tag passes verify-tag, and HEAD verify-commit', async () => {
    const repository = await follow(key.id);
    const revision = await make(repository);
    await repository.publish(revision, { ref: 'refs/notes/flux', text: '{}' }, signal);
    expect((await verify('verify-commit', 'refs/heads/master')).stderr).toContain('Good signature');
    expect(await world.remote.git('log', '-1', '--format=%an <%ae> %cn %s', 'refs/heads/master')).toBe(
      'Jane <j@x> Weave Flux A change\n',
    );

    for (const target of [revision, await repository.resolve(`${revision}^`, signal)]) {
      await repository.moveTag('flux-sync', target as CommitSha, 'Sync pointer', signal);
      expect((await verify('verify-tag', 'flux-sync')).stderr).toContain('Good signature');
      expect(await world.remote.tag('flux-sync')).toMatchObject({
        revision: target,
        annotated: true,
        message: expect.stringMatching(/^Sync pointer\n-----BEGIN PGP SIGNATURE-----\n/),
        tagger: 'Weave Flux <support@weave.works>',
      });
      expect(await repository.tagged('flux-sync', signal)).toBe(target);
    }
    await world.remote.git('fsck', '--strict');
  });

  it('a signed tag that is not let in leaves the tag where it was, here too', async () => {
    const repository = await follow(key.id);
    const head = await repository.head(signal);
    await world.remote.refusePushes('refs/tags/signed');
    await expect(repository.moveTag('signed', head, 'Sync pointer', signal)).rejects.toThrow(
      /^pushing tag to origin: /,
    );
    expect(await repository.tagged('signed', signal)).toBeUndefined();
  });

  it('a key that is not there is told, with what to do', async () => {
    const repository = await follow('0123456789ABCDEF');
    const told = {
      type: 'user',
      message: expect.stringMatching(/^git commit: .*gpg failed to sign the data/),
      help: expect.stringContaining('--git-gpg-key-import'),
    };
    await expect(make(repository)).rejects.toMatchObject(told);
    const head = await repository.head(signal);
    await expect(repository.moveTag('flux', head, 'Sync pointer', signal)).rejects.toMatchObject({
      ...told,
      message: expect.stringMatching(/^moving tag flux: /),
    });
  });

  it('a key with a passphrase makes nobody wait: signing fails', async () => {
    const locked = await ring.newKey('Locked <locked@x>', 'secret');
    expect(await importing([locked.file])).toContain('imported GPG key(s)');
    const repository = await follow(locked.id);
    await expect(make(repository)).rejects.toMatchObject({
      type: 'user',
      help: expect.stringContaining('without a passphrase'),
    });
  });

  it('without gpg it says what is missing', async () => {
    const bin = await mkdtemp(join(ring.folder, 'bin-'));
    for (const program of ['git', 'ssh', 'sh']) {
      const { stdout } = await run('sh', ['-c', `command -v ${program}`]);
      await symlink(stdout.trim(), join(bin, program));
    }
    const env = { ...ring.env, PATH: bin };
    const repository = await world.follow({ signingKey: key.id, env });
    await untilState(repository, 'ready');
    await expect(make(repository)).rejects.toMatchObject({
      type: 'user',
      help: expect.stringContaining('gpg must be installed'),
    });
    expect(await importing([key.file], env)).toMatch(
      / err="errored importing keys: .* help="gpg could not be started/,
    );
  });

  it('imports the files of a folder, links to files too, and goes on after a bad one', async () => {
    const mount = join(ring.folder, 'mount');
    await mkdir(join(mount, '..2024', 'deeper'), { recursive: true });
    const other = await ring.newKey('Other <other@x>');
    await symlink('..2024', join(mount, '..data'));
    await symlink(other.file, join(mount, 'b.asc'));
    await writeFile(join(mount, 'a.asc'), 'not a key\n');
    await symlink('nowhere', join(mount, 'dangling'));
    expect(await importing([mount, join(ring.folder, 'nosuch')])).toBe(
      [
        `error="failed to import GPG key(s) from ${mount}" err="errored importing keys: [${mount}/a.asc]" help="gpg: no valid OpenPGP data found.; gpg: Total number processed: 0"\n`,
        `info="imported GPG key(s) from ${mount}" files=[${mount}/b.asc]\n`,
        `error="failed to import GPG key(s) from ${ring.folder}/nosuch" err="stat ${ring.folder}/nosuch: no such file or directory"\n`,
      ].join(''),
    );
    const { stdout } = await run('gpg', ['--list-secret-keys', '--with-colons'], { env: ring.env });
    expect(stdout).toContain(other.id);
  });
});
