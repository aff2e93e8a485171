import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createSshKeyRing,
  emptyKeyRing,
  type KeySecrets,
  type SshKeyRing,
  type SshKeyRingConfig,
} from '../../src/git/ssh-key-ring.ts';
import type { Logger } from '../../src/log/logger.ts';
import { createGitWorld, until, untilState } from './git-world.ts';

const run = promisify(execFile);
const { signal } = new AbortController();

/** The secret `flux-git-deploy`, as the API server would keep it. */
class FakeSecrets implements KeySecrets {
  data: Map<string, Buffer> | undefined = new Map();
  failure: Error | undefined;

  async get() {
    if (this.failure) throw this.failure;
    return this.data && { data: this.data };
  }

  async patch(_name: string, change: { readonly data: Readonly<Record<string, Buffer>> }) {
    if (this.failure) throw this.failure;
    for (const [key, value] of Object.entries(change.data)) this.data?.set(key, value);
  }
}

let folder: string;
let secrets: FakeSecrets;
let logged: Record<string, unknown>[];
let rings: SshKeyRing[];
const log: Logger = { log: (fields) => logged.push({ ...fields }), with: () => log };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-ring-'));
  await mkdir(join(folder, 'mount'));
  await mkdir(join(folder, 'keygen'));
  secrets = new FakeSecrets();
  logged = [];
  rings = [];
});
afterEach(async () => {
  await Promise.all(rings.map((ring) => ring.close()));
  await rm(folder, { recursive: true });
});

function keyRing(change: Partial<SshKeyRingConfig> = {}, store: KeySecrets | 'none' = secrets): SshKeyRing {
  const config: SshKeyRingConfig = {
    secretName: 'flux-git-deploy',
    mountPath: join(folder, 'mount'),
    dataKey: 'identity',
    keygenFolder: join(folder, 'keygen'),
    tempFolder: folder,
    bits: undefined,
    type: 'ed25519',
    format: undefined,
    env: { PATH: process.env.PATH },
    ...change,
  };
  const ring = createSshKeyRing(config, {
    secrets: store === 'none' ? undefined : store,
    log,
    random: () => 0,
  });
  rings.push(ring);
  return ring;
}

async function makeKey(path: string, ...args: string[]): Promise<string> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'by hand', '-f', path, ...args]);
  return readFile(`${path}.pub`, 'utf8');
}

const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe('the SSH key', () => {
  it('[daemon 9] an empty secret gets an RSA key of 3072 bits, whose fingerprints equal those of ssh-keygen', async () => {
    const ring = keyRing({ type: undefined });
    expect(ring.publicKey()).toEqual({ key: '', fingerprints: null });
    await ring.run(signal);

    const { key, fingerprints } = ring.publicKey();
    expect(key).toMatch(/^ssh-rsa AAAA[A-Za-z0-9+/]+=*\n$/);
    await writeFile(join(folder, 'shown.pub'), key);
    for (const algorithm of ['md5', 'sha256'] as const) {
      const { stdout } = await run('ssh-keygen', [
        '-l',
        '-v',
        '-E',
        algorithm,
        '-f',
        join(folder, 'shown.pub'),
      ]);
      expect(stdout).toContain(`3072 ${algorithm.toUpperCase()}:${fingerprints?.[algorithm].hash} `);
      expect(stdout.slice(stdout.indexOf('\n') + 1)).toBe(fingerprints?.[algorithm].randomart);
    }
    expect(secrets.data?.get('identity.pub')?.toString()).toBe(key);
    expect(secrets.data?.get('identity')?.toString()).toMatch(
      /^-----BEGIN OPENSSH PRIVATE KEY-----\n[^-]*-----END OPENSSH PRIVATE KEY-----\n$/,
    );

    expect(ring.identityFiles()).toEqual([join(folder, 'keygen/identity')]);
    expect(await mode(join(folder, 'keygen/identity'))).toBe(0o400);
    expect(logged).toEqual([{ identity: join(folder, 'keygen/identity') }, { 'identity.pub': key.trim() }]);
    expect(JSON.stringify(logged)).not.toContain('PRIVATE');
  });

  it('uses the mounted key, and makes no other', async () => {
    const publicKey = await makeKey(join(folder, 'mount/identity'));
    const ring = keyRing();
    await ring.run(signal);
    expect(ring.publicKey().key).toBe(publicKey);
    expect(ring.identityFiles()).toEqual([join(folder, 'mount/identity')]);
    expect(await mode(join(folder, 'mount/identity'))).toBe(0o400);
    expect(secrets.data?.size).toBe(0);
  });

  it('uses a mounted key without any cluster, and without both there is none', async () => {
    const ring = keyRing({}, 'none');
    await ring.run(signal);
    expect(ring.publicKey().key).toBe('');
    const publicKey = await makeKey(join(folder, 'mount/identity'));
    await ring.run(signal);
    expect(ring.publicKey().key).toBe(publicKey);
    expect((await ring.regenerate(signal)).key).toBe(publicKey);
  });

  it('takes the key from the secret where it is not mounted yet', async () => {
    const publicKey = await makeKey(join(folder, 'by-hand'));
    secrets.data?.set('identity', await readFile(join(folder, 'by-hand')));
    const ring = keyRing();
    await ring.run(signal);
    expect(ring.publicKey().key).toBe(publicKey);
    expect(ring.identityFiles()).toEqual([join(folder, 'keygen/identity')]);
  });

  it('reads a key that it may not read from the mount through the API', async () => {
    const publicKey = await makeKey(join(folder, 'mount/identity'));
    secrets.data?.set('identity', await readFile(join(folder, 'mount/identity')));
    const root = process.getuid?.() === 0;
    if (root) {
      // Root may read everything: be somebody else for a while.
      for (const path of ['', 'mount', 'keygen']) await chmod(join(folder, path), 0o777);
      await chmod(join(folder, 'mount/identity'), 0o400);
      process.seteuid?.(65534);
    } else {
      await chmod(join(folder, 'mount/identity'), 0);
    }
    try {
      const ring = keyRing();
      await ring.run(signal);
      expect(ring.publicKey().key).toBe(publicKey);
      expect(ring.identityFiles()).toEqual([join(folder, 'keygen/identity')]);
      expect(await mode(join(folder, 'keygen/identity'))).toBe(0o400);
    } finally {
      if (root) process.seteuid?.(0);
    }
  });

  it('finds its key again under another data key (v1 makes a new one at every start)', async () => {
    const first = keyRing({ dataKey: 'deploy-key' });
    await first.run(signal);
    expect([...(secrets.data?.keys() ?? [])].sort()).toEqual(['deploy-key', 'identity', 'identity.pub']);
    await rm(join(folder, 'keygen'), { recursive: true });
    const second = keyRing({ dataKey: 'deploy-key' });
    await second.run(signal);
    expect(second.publicKey()).toEqual(first.publicKey());
    expect(second.identityFiles()).toEqual([join(folder, 'keygen/deploy-key')]);
  });

  it('makes a new key on demand, at once for use, and keeps the old one when it cannot be stored', async () => {
    await makeKey(join(folder, 'mount/identity'));
    const ring = keyRing();
    await ring.run(signal);
    const old = ring.publicKey();

    secrets.failure = new Error('the server is currently unable to handle the request');
    await expect(ring.regenerate(signal)).rejects.toThrow('unable to handle');
    expect(ring.publicKey()).toBe(old);
    expect(ring.identityFiles()).toEqual([join(folder, 'mount/identity')]);

    secrets.failure = undefined;
    const fresh = await ring.regenerate(signal);
    expect(fresh.key).not.toBe(old.key);
    expect(ring.publicKey()).toBe(fresh);
    expect(ring.identityFiles()).toEqual([join(folder, 'keygen/identity'), join(folder, 'mount/identity')]);
    expect((await readdir(folder)).filter((name) => name.startsWith('flux-gitclone')).length).toBe(1);
    const [workspace = ''] = (await readdir(folder)).filter((name) => name.startsWith('flux-gitclone'));
    expect(await readdir(join(folder, workspace))).toEqual(['owner.sock']);
  });

  it('keeps trying while the API server is away', async () => {
    secrets.failure = new Error('connect ECONNREFUSED');
    const ring = keyRing();
    const running = ring.run(signal);
    await until(() => logged.length > 0, 'a line in the log');
    expect(logged).toEqual([{ err: 'SSH key: connect ECONNREFUSED' }]);
    secrets.failure = undefined;
    await running;
    expect(ring.publicKey().key).toMatch(/^ssh-ed25519 /);
  });

  it('says that the secret must exist', async () => {
    secrets.data = undefined;
    await expect(keyRing().regenerate(signal)).rejects.toThrow('secret "flux-git-deploy" not found');
  });

  it.each([
    { type: 'ecdsa', bits: undefined, format: undefined, begins: 'ecdsa-sha2-nistp256', shown: '256 ' },
    { type: 'ecdsa', bits: 521, format: undefined, begins: 'ecdsa-sha2-nistp521', shown: '521 ' },
    { type: 'ed25519', bits: undefined, format: undefined, begins: 'ssh-ed25519', shown: '256 ' },
    { type: 'rsa', bits: 2048, format: 'PEM', begins: 'ssh-rsa', shown: '2048 ' },
  ])('makes a key of type $type with $bits bits, format $format', async ({ begins, shown, ...options }) => {
    const ring = keyRing(options);
    await ring.run(signal);
    expect(ring.publicKey().key.startsWith(begins)).toBe(true);
    const { stdout } = await run('ssh-keygen', ['-l', '-f', join(folder, 'keygen/identity')]);
    expect(stdout.startsWith(shown)).toBe(true);
    const pem = secrets.data?.get('identity')?.toString().startsWith('-----BEGIN RSA PRIVATE KEY-----');
    expect(pem).toBe(options.format === 'PEM');
  });

  it("tells ssh-keygen's words when the options do not go together", async () => {
    await expect(keyRing({ type: 'ecdsa', bits: 1000 }).regenerate(signal)).rejects.toThrow(
      /ssh-keygen: .*ECDSA key length/i,
    );
  });

  it('refuses a key with a passphrase in plain words', async () => {
    await makeKey(join(folder, 'mount/identity'), '-N', 'secret words');
    const stop = new AbortController();
    const running = keyRing().run(stop.signal);
    await until(() => logged.length > 0, 'a line in the log');
    stop.abort();
    await running;
    expect(String(logged[0]?.err)).toContain('incorrect passphrase');
    expect(JSON.stringify(logged)).not.toContain('secret words');
  });

  it('over HTTP there is no key', async () => {
    await emptyKeyRing.run(signal);
    expect(emptyKeyRing.publicKey()).toEqual({ key: '', fingerprints: null });
    expect(await emptyKeyRing.regenerate(signal)).toEqual({ key: '', fingerprints: null });
  });
});

it('a new key works for git as soon as the git host knows it', async () => {
  await using world = await createGitWorld();
  const ring = keyRing({ type: undefined });
  await ring.run(signal);
  world.remote.addDeployKey(ring.publicKey().key, 'write');
  const repository = await world.follow({}, () => ring.identityFiles());
  await untilState(repository, 'ready');

  const before = ring.publicKey().key;
  const after = (await ring.regenerate(signal)).key;
  world.remote.removeDeployKey(before);
  await expect(repository.refresh(signal)).rejects.toThrow('Permission denied');
  world.remote.addDeployKey(after, 'write');
  await repository.refresh(signal);
});
