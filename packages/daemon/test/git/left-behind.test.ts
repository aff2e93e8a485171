import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startProcessGroup } from '../../src/git/process-group.ts';
import { openWorkspace } from '../../src/git/workspace.ts';
import { createGitWorld, type GitWorld, until, untilState } from './git-world.ts';

const run = promisify(execFile);
let world: GitWorld;
beforeEach(async () => {
  world = await createGitWorld();
  world.remote.addDeployKey(world.publicKey, 'write');
});
afterEach(() => world[Symbol.asyncDispose]());

/** Processes that have the text on their command line or are children of ours, zombies included. */
async function processes(text: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,args=']);
  return stdout.split('\n').filter((line) => {
    const [, parent, state] = line.trim().split(/\s+/);
    const ours = parent === String(process.pid) && !line.includes('ps -A');
    return line.includes(text) || (ours && state?.startsWith('Z'));
  });
}

/** What runs for the mirrors besides the reader of objects: git and the ssh that it starts. */
async function commands(): Promise<string[]> {
  return (await processes(world.temp)).filter((line) => !line.includes('cat-file'));
}

it('removes the mirror and ends its reader when it is closed', async () => {
  const repository = await world.follow();
  await untilState(repository, 'ready');
  expect((await processes(world.temp)).length).toBe(1); // git cat-file --batch
  await world.stopFollowing();
  await repository.close();
  expect(await readdir(world.temp)).toEqual([]);
  await until(async () => (await processes(world.temp)).length === 0, 'the end of all processes');
  await expect(repository.head(new AbortController().signal)).rejects.toThrow('git repo not ready');
});

it('ends all processes of a fetch that takes too long, and leaves no zombies', async () => {
  const repository = await world.follow({ timeoutMs: 4_000, retryMs: 200 });
  await untilState(repository, 'ready');
  world.host.slowDown(60_000);
  await expect(repository.refresh(new AbortController().signal)).rejects.toThrow('context deadline exceeded');
  await until(
    async () => (await commands()).length === 0,
    'the end of git and ssh',
    () => '',
  );
});

it('ends them when it is aborted, too', async () => {
  const repository = await world.follow();
  await untilState(repository, 'ready');
  world.host.slowDown(60_000);
  const stop = new AbortController();
  const refreshing = repository.refresh(stop.signal);
  await until(async () => (await commands()).length > 0, 'git');
  stop.abort();
  await expect(refreshing).rejects.toThrow('aborted');
  await until(async () => (await commands()).length === 0, 'the end of git and ssh');
});

it('makes a mirror that is broken anew, and removes the broken one', async () => {
  const repository = await world.follow();
  await untilState(repository, 'ready');
  const head = await repository.head(world.signal);
  const [workspace = ''] = await readdir(world.temp);
  const mirror = join(world.temp, workspace, 'mirror-1');
  await mkdir(join(mirror, 'packed-refs.lock')); // as git leaves it when the machine stops
  await world.remote.setTag('flux', head);
  await world.remote.commit({ 'new.yaml': '# new\n' });
  await run('rm', ['-rf', join(mirror, 'HEAD')]);
  repository.notify();
  await until(
    async () => (await readdir(join(world.temp, workspace))).includes('mirror-2'),
    'another mirror',
    () => JSON.stringify(repository.status),
  );
  await untilState(repository, 'ready');
  expect(await repository.head(world.signal)).toBe(await world.remote.head());
  await until(
    async () => !(await readdir(join(world.temp, workspace))).includes('mirror-1'),
    'the old one to go',
  );
});

it('the reader of objects comes back when it was killed', async () => {
  const repository = await world.follow();
  await untilState(repository, 'ready');
  const [reader = ''] = await processes(world.temp);
  process.kill(Number(reader.trim().split(' ')[0]), 'SIGKILL');
  await until(async () => (await processes(world.temp)).length === 0, 'its end');
  expect(await repository.head(world.signal)).toBe(await world.remote.head());
});

it("removes what a killed daemon left behind, and nothing of a living one's", async () => {
  const alive = await openWorkspace(world.temp);
  const left = join(world.temp, 'flux-gitcloneKilled');
  const young = join(world.temp, 'flux-gitcloneYoung');
  for (const folder of [left, young]) await mkdir(join(folder, 'mirror-1'), { recursive: true });
  // A socket that nobody listens on any more, as `kill -9` leaves it.
  const script = `require('net').createServer().listen(${JSON.stringify(join(left, 'owner.sock'))}, () => process.kill(process.pid, 'SIGKILL'))`;
  await new Promise((resolve) => spawn(process.execPath, ['-e', script]).on('exit', resolve));
  const old = join(world.temp, 'flux-gitcloneOld');
  await mkdir(old);
  await utimes(old, new Date(0), new Date(0));

  const repository = await world.open();
  const names = await readdir(world.temp);
  expect(names).not.toContain('flux-gitcloneKilled');
  expect(names).not.toContain('flux-gitcloneOld');
  expect(names).toContain('flux-gitcloneYoung');
  expect(names.length).toBe(3);
  await repository.close();
  await alive.close();
  expect(await readdir(world.temp)).toEqual(['flux-gitcloneYoung']);
});

it('a program that does not heed the first signal is killed', async () => {
  const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
  const group = startProcessGroup(process.execPath, ['-e', script], { env: {}, input: false });
  await new Promise((resolve) => group.child.stdout?.once('data', resolve));
  group.kill();
  expect(await group.ended).toEqual({ how: 'signal', signal: 'SIGKILL' });
  group.kill(); // over: nothing happens
});

it('a program that does not exist is told', async () => {
  const group = startProcessGroup('no-such-program', [], { env: {}, input: false });
  expect(await group.ended).toMatchObject({ how: 'not-started' });
});
