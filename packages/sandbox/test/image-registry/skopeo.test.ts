import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageRegistry, startImageRegistry } from '../../src/image-registry/start-image-registry.ts';

const run = promisify(execFile);

function hasSkopeo(): boolean {
  try {
    execFileSync('skopeo', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A client that others wrote. Skipped where skopeo is not installed. */
describe.skipIf(!hasSkopeo())('skopeo', () => {
  let source: ImageRegistry;
  let target: ImageRegistry;
  let home: string;
  const skopeo = async (command: string, ...args: readonly string[]): Promise<string> => {
    const env = { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home };
    const { stdout } = await run('skopeo', ['--insecure-policy', command, ...args], { env });
    return stdout;
  };
  const login = ['--creds=sam:secret', '--tls-verify=false'];
  const logins = ['src', 'dest'].flatMap((side) => [
    `--${side}-creds=sam:secret`,
    `--${side}-tls-verify=false`,
  ]);

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'skopeo-'));
    const users = { sam: 'secret' };
    source = await startImageRegistry({
      auth: 'token',
      users,
      tls: true,
      redirectBlobs: true,
      samples: true,
    });
    target = await startImageRegistry({ auth: 'basic', users });
  });
  afterAll(async () => {
    await Promise.all([source?.stop(), target?.stop()]);
    await rm(home, { recursive: true, force: true });
  });

  it('lists tags page by page, and reads an image', async () => {
    source.change({ pageSize: 1 });
    const repository = `docker://${source.host}/wardviaene/docker-nodejs-demo`;
    const list = JSON.parse(await skopeo('list-tags', ...login, repository)) as { Tags: string[] };
    expect(list.Tags).toEqual(['1.0.1', '1.0.2']);
    expect(JSON.parse(await skopeo('inspect', ...login, `${repository}:1.0.1`))).toMatchObject({
      Created: '2020-01-23T12:29:44.989057983Z',
      Architecture: 'amd64',
    });
  });

  it.each(['docker', 'oci'] as const)('pulls and pushes an index of the family %s', async (mediaTypes) => {
    const platforms = ['linux/amd64', 'linux/arm64'];
    const { top } = source.addImage(`team/${mediaTypes}`, '1', { platforms, mediaTypes });
    const from = `docker://${source.host}/team/${mediaTypes}:1`;
    await skopeo('copy', '--all', ...logins, from, `docker://${target.host}/copied/${mediaTypes}:2`);
    expect(target.digest(`copied/${mediaTypes}`, '2')).toBe(top.digest);
  });

  it('deletes an image', async () => {
    source.addImage('team/gone', '1');
    await skopeo('delete', ...login, `docker://${source.host}/team/gone:1`);
    expect(source.tags('team/gone')).toEqual([]);
  });
});
