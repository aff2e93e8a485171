import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKubeconfig } from './load-kubeconfig.ts';

describe('loadKubeconfig', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fluxctl-kubeconfig-'));
    path = join(dir, 'config');
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function load(server: string, env: NodeJS.ProcessEnv = {}, cluster: object = {}) {
    const contexts = [{ name: 'x', context: { cluster: 'c' } }];
    const clusters = [{ name: 'c', cluster: { server, ...cluster } }];
    await writeFile(path, JSON.stringify({ 'current-context': 'x', contexts, clusters }));
    const config = await loadKubeconfig({ KUBECONFIG: path, ...env }, '');
    return { cluster: config.getCurrentCluster(), user: config.getCurrentUser() };
  }

  const proxy = 'http://proxy:8080';
  it.each([
    { server: 'https://api.example.com', env: { HTTPS_PROXY: proxy }, proxyUrl: proxy },
    { server: 'https://api.example.com', env: { https_proxy: proxy }, proxyUrl: proxy },
    { server: 'https://api.example.com', env: { HTTP_PROXY: proxy }, proxyUrl: undefined },
    { server: 'http://api.example.com', env: { HTTP_PROXY: proxy }, proxyUrl: proxy },
    {
      server: 'https://api.example.com',
      env: { HTTPS_PROXY: proxy, NO_PROXY: 'x, .example.com' },
      proxyUrl: undefined,
    },
    {
      server: 'https://api.example.com',
      env: { HTTPS_PROXY: proxy, no_proxy: 'ample.com' },
      proxyUrl: proxy,
    },
    { server: 'https://api.example.com', env: { HTTPS_PROXY: proxy, NO_PROXY: '*' }, proxyUrl: undefined },
    { server: 'https://127.0.0.1:6443', env: { HTTPS_PROXY: proxy }, proxyUrl: undefined },
    { server: 'https://[::1]:6443', env: { HTTPS_PROXY: proxy }, proxyUrl: undefined },
  ])('reaches $server with $env through $proxyUrl', async ({ server, env, proxyUrl }) => {
    expect((await load(server, env)).cluster?.proxyUrl).toBe(proxyUrl);
  });

  it('lets the kubeconfig’s own proxy go first', async () => {
    const { cluster } = await load('https://h', { HTTPS_PROXY: proxy }, { 'proxy-url': 'socks5://p' });
    expect(cluster?.proxyUrl).toBe('socks5://p');
  });

  it('takes plain HTTP and a context without a user, as kubectl does', async () => {
    const { cluster, user } = await load('http://127.0.0.1:8001');
    expect(cluster?.skipTLSVerify).toBe(true);
    expect(user?.name).toBe('nobody');
  });

  it('reads paths in a file as relative to the file', async () => {
    const { cluster } = await load('https://h', {}, { 'certificate-authority': 'ca.crt' });
    expect(cluster?.caFile).toBe(join(dir, 'ca.crt'));
  });

  it('refuses a context whose cluster is not there', async () => {
    const contexts = [{ name: 'x', context: { cluster: 'c' } }];
    await writeFile(path, JSON.stringify({ 'current-context': 'x', contexts }));
    await expect(loadKubeconfig({ KUBECONFIG: path }, '')).rejects.toThrow(
      'Could not load kubernetes configuration file: cluster "c" does not exist',
    );
  });
});
