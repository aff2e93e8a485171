import { startForwardProxy } from '@fluxctl/sandbox/image-registry/start-forward-proxy';
import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { describe, expect, it } from 'vitest';
import { need, scannedImages, startScanning, until } from './registry-world.ts';

const name = 'registry.example.invalid';
const image = `${name}/team/app`;

/** A registry that only a proxy can reach by this name. */
async function behindProxy(tls: boolean, credentials?: string) {
  const host = await startImageRegistry({ tls: tls && { names: [name] } });
  host.addImage('team/app', '1', {});
  const proxy = await startForwardProxy({
    hosts: { [name]: host.host },
    ...(credentials !== undefined && { credentials }),
  });
  const stop = async () => {
    await Promise.all([proxy.stop(), host.stop()]);
  };
  return { host, proxy, [Symbol.asyncDispose]: stop };
}

async function errorAfterScan(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  await using world = startScanning([need(image)], { insecureHosts: [name] }, { env });
  await until(() => (world.registry.status()[0]?.lastScan ?? '') !== '', 'the scan');
  const errors = JSON.stringify([world.registry.status(), world.lines]);
  expect(errors).not.toContain('hidden');
  return world.registry.status()[0]?.error;
}

describe('a proxy', () => {
  it.each([
    { variable: 'https_proxy', tls: true, asked: /^CONNECT registry\.example\.invalid:443$/ },
    { variable: 'HTTPS_PROXY', tls: true, asked: /^CONNECT registry\.example\.invalid:443$/ },
    { variable: 'http_proxy', tls: false, asked: /^GET http:\/\/registry\.example\.invalid\/v2\// },
    { variable: 'HTTP_PROXY', tls: false, asked: /^GET http:\/\/registry\.example\.invalid\/v2\// },
  ])('named by $variable leads to the registry', async ({ variable, tls, asked }) => {
    await using world = await behindProxy(tls, 'user:pa55');
    const env = { [variable]: world.proxy.url };
    await using scanned = startScanning(
      [need(image, { patterns: ['glob:*'] })],
      { insecureHosts: [name] },
      { env },
    );
    await scanned.settled();
    expect(scannedImages(scanned.registry, image).tag('1').state).toBe('known');
    expect(world.proxy.requests.filter((request) => !asked.test(request))).toEqual([]);
    expect(JSON.stringify(scanned.lines)).not.toContain('pa55');
  });

  it.each([
    { env: { no_proxy: 'example.invalid' } },
    { env: { NO_PROXY: '.example.invalid,10.0.0.0/8' } },
    { env: { no_proxy: '*' } },
  ])('is passed by where $env says so', async ({ env }) => {
    await using world = await behindProxy(true);
    // No name server knows it.
    expect(
      await errorAfterScan({ ...env, https_proxy: world.proxy.url, http_proxy: world.proxy.url }),
    ).toMatch(/^cannot reach registry\.example\.invalid: /);
    expect(world.proxy.requests).toEqual([]);
  });

  it.each([
    { what: 'does not let us through', proxy: (url: string) => url.replace('user:pa55', 'user:hidden') },
    { what: 'is not there', proxy: () => 'http://user:hidden@127.0.0.1:1' },
    { what: 'has no usable address', proxy: () => 'socks5://user:hidden@127.0.0.1:1' },
  ])('that $what is told of in plain words, without its password', async ({ proxy }) => {
    await using world = await behindProxy(true, 'user:pa55');
    const url = proxy(world.proxy.url);
    expect(await errorAfterScan({ https_proxy: url, http_proxy: url })).toMatch(
      /^cannot reach registry\.example\.invalid: /,
    );
  });

  it('may be named without a scheme', async () => {
    await using world = await behindProxy(true);
    const env = { https_proxy: world.proxy.url.replace('http://', '') };
    await using scanned = startScanning([need(image)], { insecureHosts: [name] }, { env });
    await scanned.settled();
    expect(scannedImages(scanned.registry, image).tags).toEqual(['1']);
  });
});
