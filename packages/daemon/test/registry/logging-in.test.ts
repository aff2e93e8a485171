import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Login, type Logins, loginFor } from '../../src/registry/credentials/logins.ts';
import { need, scannedImages, startScanning, until } from './registry-world.ts';

const minute = 60_000;
const users = { sam: 'the password' };
const sam = (host: string): Logins => loginFor(host, new Login('sam', 'the password', 'test'));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-logins-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function errorAfterScan(world: ReturnType<typeof startScanning>): Promise<string | undefined> {
  await until(() => (world.registry.status()[0]?.lastScan ?? '') !== '', 'the scan');
  return world.registry.status()[0]?.error;
}

describe('logging in', () => {
  it('by basic authentication', async () => {
    await using host = await startImageRegistry({ auth: 'basic', users });
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'], logins: sam(host.host) })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
  });

  it.each(['token', 'access_token'] as const)(
    'by one token for each repository, kept until it expires (%s)',
    async (member) => {
      const tokenAnswer = { member, tellsLife: true };
      await using host = await startImageRegistry({ auth: 'token', users, tokenLife: 300, tokenAnswer });
      for (const name of ['team/a', 'team/b']) host.addImage(name, '1', {});
      const names = ['team/a', 'team/b'].map((name) => `${host.host}/${name}`);
      const needs = names.map((name) => need(name, { patterns: ['glob:*'], logins: sam(host.host) }));
      await using world = startScanning(needs);
      await world.settled();
      expect(host.requests.count({ kind: 'token' })).toBe(2);
      expect(host.requests.all({ kind: 'token' }).map(({ user }) => user)).toEqual(['sam', 'sam']);
      world.later(2 * minute);
      await until(() => host.requests.count({ kind: 'tags' }) === 4, 'the second scan');
      await world.settled();
      expect(host.requests.count({ kind: 'token' })).toBe(2);
      world.later(10 * minute);
      await until(() => host.requests.count({ kind: 'tags' }) === 6, 'the third scan');
      expect(host.requests.count({ kind: 'token' })).toBe(4);
    },
  );

  it('again, when a token was taken back', async () => {
    await using host = await startImageRegistry({ auth: 'token', users });
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { logins: sam(host.host) })]);
    await world.settled();
    host.expireTokens();
    host.addImage('team/app', '2', {});
    world.later(2 * minute);
    await until(() => scannedImages(world.registry, image).tags.length === 2, 'the new tag');
    expect(host.requests.count({ kind: 'token' })).toBe(2);
    expect(world.registry.status()[0]?.error).toBe('');
  });

  it.each(['basic', 'token'] as const)(
    'with wrong credentials is refused in plain words, without them (%s)',
    async (auth) => {
      await using host = await startImageRegistry({ auth, users });
      host.addImage('team/app', '1', {});
      const logins = loginFor(host.host, new Login('sam', 'wr0ng', 'ns:secret/pull'));
      await using world = startScanning([need(`${host.host}/team/app`, { logins })]);
      const error = await errorAfterScan(world);
      expect(error).toMatch(
        auth === 'basic'
          ? /does not let us read the tags of team\/app \(401\)/
          : /refuses the login of sam, from ns:secret\/pull/,
      );
      expect(world.registry.status()[0]?.help).toContain('pull secret');
      expect(JSON.stringify([world.lines, world.registry.status()])).not.toContain('wr0ng');
    },
  );

  it('without a login reads what everybody may read', async () => {
    await using host = await startImageRegistry({ auth: 'token', users, allow: () => 'pull' });
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
  });

  it('by a token that stands for a password, as clouds and credential helpers give it', async () => {
    await using host = await startImageRegistry({ auth: 'token', users });
    for (const name of ['team/file', 'team/helper']) host.addImage(name, '1', {});
    const refresh = host.refreshToken('sam');
    const file = join(folder, 'identity.json');
    await writeFile(file, JSON.stringify({ auths: { [host.host]: { auth: '', identitytoken: refresh } } }));
    const helper = join(folder, 'docker-credential-identity');
    const answer = JSON.stringify({ Username: '<token>', Secret: refresh });
    await writeFile(helper, `#!/bin/sh\necho '${answer}'\n`);
    await chmod(helper, 0o755);
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}` };
    const helped = join(folder, 'helped.json');
    await writeFile(helped, JSON.stringify({ credHelpers: { [host.host]: 'identity' } }));
    for (const [name, dockerConfig] of [
      ['team/file', file],
      ['team/helper', helped],
    ] as const) {
      const image = `${host.host}/${name}`;
      await using world = startScanning([need(image, { patterns: ['glob:*'] })], { dockerConfig }, { env });
      await world.settled();
      expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
      expect(JSON.stringify([world.lines, world.registry.status()])).not.toContain(refresh);
    }
    expect(host.requests.all({ kind: 'token' }).map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  it('with a docker config, its helpers, and what is written in it later', async () => {
    await using host = await startImageRegistry({ auth: 'basic', users });
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ auths: { [host.host]: { username: 'sam', password: 'old' } } }));
    const helper = join(folder, 'docker-credential-test');
    const answer = JSON.stringify({ Username: 'sam', Secret: 'the password' });
    await writeFile(helper, `#!/bin/sh\nread server\n[ "$server" = '${host.host}' ] && echo '${answer}'\n`);
    await chmod(helper, 0o755);
    const env = { PATH: `${folder}${delimiter}${process.env['PATH']}` };
    await using world = startScanning([need(image)], { dockerConfig: file }, { env });
    expect(await errorAfterScan(world)).toMatch(/\(401\)/);
    await writeFile(file, JSON.stringify({ credHelpers: { [host.host]: 'test' } }));
    world.later(20 * minute);
    await until(() => world.registry.status()[0]?.error === '', 'the login of the helper');
    expect(scannedImages(world.registry, image).tags).toEqual(['1']);
  });

  it('tells what is wrong with a docker config once, and goes on without', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    const file = join(folder, 'broken.json');
    await writeFile(file, '{"auths": {"quay.io": {"auth": "c2VjcmV0');
    await using world = startScanning([need(`${host.host}/team/app`)], { dockerConfig: file });
    await world.settled();
    world.later(2 * minute);
    await world.settled();
    expect(world.lines.filter(({ warning }) => warning !== undefined)).toEqual([
      { warning: '--docker-config not used; pre-flight check failed', err: `${file} is not JSON` },
    ]);
    expect(world.registry.status()[0]?.error).toBe('');
  });
});

describe('connecting', () => {
  it('checks certificates, except those of insecure hosts', async () => {
    await using host = await startImageRegistry({ tls: true });
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    {
      await using world = startScanning([need(image)], { insecureHosts: [] });
      expect(await errorAfterScan(world)).toMatch(/shows a certificate that is not trusted/);
      expect(world.registry.status()[0]?.help).toContain('--registry-insecure-host');
    }
    await using world = startScanning([need(image)], { insecureHosts: [host.host] });
    await world.settled();
    expect(scannedImages(world.registry, image).tags).toEqual(['1']);
  });

  it('speaks HTTP only with insecure hosts', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    await using world = startScanning([need(`${host.host}/team/app`)], { insecureHosts: [] });
    expect(await errorAfterScan(world)).toMatch(/^cannot reach /);
    expect(host.requests.count({ kind: 'tags' })).toBe(0);
  });

  it.each(['absolute', 'relative'] as const)('follows pages whose links are %s', async (links) => {
    await using host = await startImageRegistry({ maxPageSize: 2, links });
    host.addImage('team/app', '0', {});
    host.addTags('team/app', ['1', '2', '3', '4'], '0');
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image)]);
    await world.settled();
    expect(scannedImages(world.registry, image).tags).toEqual(['0', '1', '2', '3', '4']);
    expect(host.requests.count({ kind: 'tags' })).toBe(3);
  });

  it('asks under conditions where the registry tells an ETag', async () => {
    await using host = await startImageRegistry({ tagsEtag: true });
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image)]);
    await world.settled();
    world.later(2 * minute);
    await until(() => host.requests.count({ kind: 'tags', status: 304 }) === 1, 'the second scan');
    await world.settled();
    expect(scannedImages(world.registry, image).tags).toEqual(['1']);
  });
});
