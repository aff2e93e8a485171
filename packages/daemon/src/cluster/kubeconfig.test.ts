import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCluster } from './kubeconfig.ts';

const account = 'var/run/secrets/kubernetes.io/serviceaccount';

let folder: string;
let files: Record<'flag' | 'first' | 'second' | 'home' | 'broken', string>;

const kubeconfig = (name: string, { namespace = '', current = name, user = {} as object } = {}): string =>
  JSON.stringify({
    'current-context': current,
    clusters: [{ name, cluster: { server: `https://${name}.example.com` } }],
    users: [{ name: 'me', user: { token: `${name}-token`, ...user } }],
    contexts: [{ name, context: { cluster: name, user: 'me', ...(namespace ? { namespace } : {}) } }],
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-test-'));
  const file = (name: string) => join(folder, name);
  files = {
    flag: file('flag'),
    first: file('first'),
    second: file('second'),
    home: file('.kube/config'),
    broken: file('broken'),
  };
  await mkdir(join(folder, '.kube'));
  await mkdir(join(folder, 'pod', account), { recursive: true });
  await writeFile(files.flag, kubeconfig('flag', { namespace: 'flag-ns' }));
  await writeFile(files.first, kubeconfig('first'));
  await writeFile(files.second, kubeconfig('second', { namespace: 'second-ns' }));
  await writeFile(files.home, kubeconfig('home'));
  await writeFile(files.broken, '{');
  await writeFile(join(folder, 'pod', account, 'token'), 'pod-token');
  await writeFile(join(folder, 'pod', account, 'namespace'), 'flux-system\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const find = (options: Partial<Parameters<typeof findCluster>[0]>) =>
  findCluster({
    file: '',
    context: '',
    namespace: '',
    env: {},
    mountRoot: join(folder, 'nowhere'),
    ...options,
  });

describe('takes the first that there is', () => {
  it('the flag, before all', async () => {
    const env = { KUBECONFIG: files.first, HOME: folder };
    const found = await find({ file: files.flag, env, mountRoot: join(folder, 'pod') });
    expect(found).toMatchObject({
      origin: files.flag,
      contextNamespace: 'flag-ns',
      ownNamespace: 'flux-system',
    });
    expect(found.config.getCurrentCluster()?.server).toBe('https://flag.example.com');
  });

  it("KUBECONFIG, before the pod's own account", async () => {
    const found = await find({
      env: { KUBECONFIG: files.first, HOME: folder },
      mountRoot: join(folder, 'pod'),
    });
    expect(found.origin).toBe(files.first);
  });

  it("the pod's own account, before the home directory", async () => {
    const found = await find({ env: { HOME: folder }, mountRoot: join(folder, 'pod') });
    expect(found).toMatchObject({ origin: 'in-cluster', ownNamespace: 'flux-system' });
    expect(found.config.getCurrentUser()?.authProvider?.config).toEqual({
      tokenFile: join(folder, 'pod', account, 'token'),
    });
  });

  it('the home directory, last', async () => {
    const found = await find({ env: { HOME: folder } });
    expect(found).toMatchObject({ origin: files.home, contextNamespace: '', ownNamespace: 'default' });
  });

  it('and says when there is none', async () => {
    await expect(find({})).rejects.toThrow('there is no cluster to connect to');
  });
});

it('merges several files as kubectl does: the first that says something stays, a missing one is passed over', async () => {
  const KUBECONFIG = [join(folder, 'missing'), files.first, files.second].join(':');
  const { config } = await find({ env: { KUBECONFIG } });
  expect(config.getCurrentContext()).toBe('first');
  expect(config.getContexts().map(({ name }) => name)).toEqual(['first', 'second']);
  expect(config.getUser('me')?.token).toBe('first-token');
});

it('takes the context that is asked for, and the namespace that is', async () => {
  const env = { KUBECONFIG: [files.first, files.second].join(':') };
  expect(await find({ env, context: 'second' })).toMatchObject({
    contextNamespace: 'second-ns',
    ownNamespace: 'second-ns',
  });
  expect((await find({ env, context: 'second', namespace: 'mine' })).ownNamespace).toBe('mine');
  await expect(find({ env, context: 'third' })).rejects.toMatchObject({
    message: expect.stringContaining('context "third" does not exist'),
    help: 'There are: first, second',
  });
});

it('reads a token file again and again, not once', async () => {
  const file = join(folder, 'with-token-file');
  await writeFile(file, kubeconfig('a', { user: { tokenFile: 'the-token', token: undefined } }));
  const { config } = await find({ file });
  expect(config.getCurrentUser()).toMatchObject({
    authProvider: { config: { tokenFile: join(folder, 'the-token') } },
  });
});

it('says which file cannot be read', async () => {
  await expect(find({ file: files.broken })).rejects.toThrow(/^the kubeconfig cannot be read: /);
  await expect(find({ file: join(folder, 'missing') })).rejects.toThrow(/ENOENT/);
});
