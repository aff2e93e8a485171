import { glob, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitWorld, type GitWorld, untilState } from './git-world.ts';

let world: GitWorld;
beforeEach(async () => {
  world = await createGitWorld();
  world.remote.addDeployKey(world.publicKey, 'write');
});
afterEach(() => world[Symbol.asyncDispose]());

/** A file in the world's folder. */
async function file(name: string, text: string): Promise<string> {
  const path = join(world.folder, name);
  await writeFile(path, text);
  return path;
}

describe('known hosts', () => {
  it('a host that nobody vouched for is refused, with a hint', async () => {
    const repository = await world.follow({ ssh: { config: [], knownHosts: [] } });
    await untilState(repository, 'new', /Host key verification failed/);
  });

  it('a host with another key than the known one is refused, even where a configuration says to trust all', async () => {
    const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    const wrong = await file('wrong', `[127.0.0.1]:${world.host.port} ssh-ed25519 ${other}\n`);
    const config = await file('config', 'Host *\n  StrictHostKeyChecking no\n  BatchMode no\n');
    const repository = await world.follow({ ssh: { config: [config], knownHosts: [wrong] } });
    await untilState(repository, 'new', /Host key verification failed/);
  });

  it('the files of user, system and flag are all looked at, also with blanks in their names', async () => {
    await mkdir(join(world.folder, 'with blank'));
    const known = await file('with blank/known_hosts', world.host.knownHosts);
    const missing = join(world.folder, 'missing');
    const repository = await world.follow({ ssh: { config: [missing], knownHosts: [missing, known] } });
    await untilState(repository, 'ready');
  });
});

describe("the user's ssh configuration", () => {
  it('may name a host, its port, its user and its known hosts', async () => {
    const known = await file('own_known_hosts', world.host.knownHosts.replace(/^\S+/, 'my-git-host'));
    const config = await file(
      'config',
      `Host my-git-host
  HostName 127.0.0.1
  Port ${world.host.port}
  User git
  HostKeyAlias my-git-host
  UserKnownHostsFile ${known}
`,
    );
    const ssh = { config: [config], knownHosts: [] };
    const repository = await world.follow({ url: 'my-git-host:sam/flux-demo.git', ssh });
    await untilState(repository, 'ready');
    expect(repository.safeUrl).toBe('ssh://my-git-host/sam/flux-demo.git');
  });

  it('may name a key of its own, which is tried first', async () => {
    const identity = join(world.folder, 'identity');
    const config = await file('config', `Host 127.0.0.1\n  IdentityFile ${identity}\n`);
    const ssh = { config: [config], knownHosts: [join(world.folder, 'known_hosts')] };
    const repository = await world.follow({ ssh }, () => []);
    await untilState(repository, 'ready');
  });
});

it('a password in an HTTP URL is never told', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const repository = await world.follow({ url: `http://sam:s3cret%21@127.0.0.1:${port}/flux-demo.git` });
  await untilState(repository, 'new', /^git clone --mirror: fatal: Authentication failed/);
  expect(repository.safeUrl).toBe(`http://sam@127.0.0.1:${port}/flux-demo.git`);
  expect(repository.status.error).not.toContain('s3cret');
  server.close();
});

it('an HTTP host that does not answer is cut off in time, without its password in the error', async () => {
  const server = createServer(() => {}); // keeps silent
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const repository = await world.follow({
    url: `http://sam:s3cret@127.0.0.1:${port}/flux-demo.git`,
    timeoutMs: 500,
    retryMs: 60_000,
  });
  await untilState(repository, 'new', /context deadline exceeded$/);
  expect(repository.status.error).toContain(`http://sam@127.0.0.1:${port}/flux-demo.git`);
  expect(repository.status.error).not.toContain('s3cret');
  server.closeAllConnections();
  server.close();
});

it('the written ssh configuration holds no key and is for nobody else', async () => {
  const repository = await world.follow();
  await untilState(repository, 'ready');
  const written: string[] = [];
  for await (const path of glob(`${world.temp}/*/ssh/config`)) written.push(path);
  expect(written.length).toBe(1);
  for (const path of written) {
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect(await readFile(path, 'utf8')).not.toContain('PRIVATE');
  }
});
