import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BranchMovedError } from '../../src/git/repository.ts';
import { createGitWorld, type GitWorld, until, untilState } from './git-world.ts';

const run = promisify(execFile);
const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));

describe.skipIf(sshd === undefined)(`OpenSSH's sshd${sshd ? '' : ' (skipped: not installed)'}`, () => {
  let world: GitWorld;
  let stop: () => Promise<void>;
  let url: string;
  let knownHosts: string;

  beforeAll(async () => {
    world = await createGitWorld();
    const folder = join(world.folder, 'sshd');
    await mkdir(folder);
    // sshd started by root wants this folder, which only an init system makes.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    await run('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', join(folder, 'host_key')]);
    await writeFile(join(folder, 'authorized_keys'), world.publicKey);
    const port = await freePort();
    const config = join(folder, 'sshd_config');
    await writeFile(
      config,
      `ListenAddress 127.0.0.1:${port}
HostKey ${folder}/host_key
AuthorizedKeysFile ${folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
`,
    );
    const server = spawn(sshd ?? '', ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = new Promise<void>((resolve) => server.on('exit', () => resolve()));
    stop = async () => {
      server.kill();
      await ended;
    };
    await until(
      () => said.includes('Server listening'),
      'sshd',
      () => said,
    );
    url = `ssh://${userInfo().username}@127.0.0.1:${port}${world.remote.path}`;
    knownHosts = join(folder, 'known_hosts');
    await writeFile(
      knownHosts,
      `[127.0.0.1]:${port} ${await readFile(join(folder, 'host_key.pub'), 'utf8')}`,
    );
  });
  afterAll(async () => {
    await stop?.();
    await world?.[Symbol.asyncDispose]();
  });

  it('is cloned from, checked for write access and pushed to', async () => {
    const repository = await world.follow({ url, ssh: { config: [], knownHosts: [knownHosts] } });
    await untilState(repository, 'ready');
    const head = await repository.head(world.signal);
    expect(head).toBe(await world.remote.head());
    await repository.moveTag('flux', head, 'Sync pointer', world.signal);
    expect((await world.remote.tag('flux'))?.revision).toBe(head);
  });

  it('takes a commit with its note, all or nothing', async () => {
    const { signal } = world;
    const repository = await world.follow({ url, ssh: { config: [], knownHosts: [knownHosts] } });
    await untilState(repository, 'ready');
    const note = { ref: 'refs/notes/flux', text: '{}' };
    const make = async () => {
      const parent = await repository.head(signal);
      const files = new Map([['workloads/hello.yaml', `# after ${parent}\n`]]);
      return repository.makeCommit({ parent, files, message: 'A change', author: '' }, signal);
    };
    const late = await make();
    const theirs = await world.remote.commit({ 'other.yaml': '# other\n' });
    await expect(repository.publish(late, note, signal)).rejects.toBeInstanceOf(BranchMovedError);
    expect(await world.remote.head()).toBe(theirs);
    expect(await world.remote.notes()).toEqual(new Map());
    await repository.refresh(signal);
    const revision = await make();
    await repository.publish(revision, note, signal);
    expect(await world.remote.head()).toBe(revision);
    expect(await world.remote.notes()).toEqual(new Map([[revision, '{}\n']]));
  });

  it('is not trusted without its host key', async () => {
    const repository = await world.follow({ url, ssh: { config: [], knownHosts: [] } });
    await untilState(repository, 'new', /Host key verification failed/);
  });

  it('refuses a key that it does not know, in the same words as our git host', async () => {
    const stranger = join(world.folder, 'stranger');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    const repository = await world.follow({ url, ssh: { config: [], knownHosts: [knownHosts] } }, () => [
      stranger,
    ]);
    await untilState(repository, 'new', /Permission denied \(publickey\)/);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
