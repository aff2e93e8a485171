import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { describe, expect, it } from 'vitest';
import { Login, loginFor } from '../../src/registry/credentials/logins.ts';
import { need, type Scanned, scannedImages, startScanning, until } from './registry-world.ts';

const users = { sam: 'the password' };
const sam = (host: string) => loginFor(host, new Login('sam', 'the password', 'test'));
type Host = Awaited<ReturnType<typeof startImageRegistry>>;

const paths = {
  ping: '/v2/',
  tags: '/v2/team/app/tags/list?n=1000',
  manifest: '/v2/team/app/manifests/1',
} as const;

/** Sends requests of a kind on to another host, under the same path. */
function sendOn(host: Host, kind: keyof typeof paths, to: Host): void {
  const headers = { location: `${to.url}${paths[kind]}` };
  host.faults.plan({ kind, url: paths[kind] }, { type: 'answer', status: 307, headers, body: '' });
}

async function errorAfterScan({ registry }: Scanned): Promise<string | undefined> {
  await until(() => (registry.status()[0]?.lastScan ?? '') !== '', 'the scan');
  return registry.status()[0]?.error;
}

const credentialsSeen = (host: Host) =>
  host.requests.all().filter(({ authorization }) => authorization !== 'none');

describe.each(['basic', 'token'] as const)('a registry with %s authentication', (auth) => {
  it('sends blobs from another host: credentials do not go there', async () => {
    await using host = await startImageRegistry({ auth, users, redirectBlobs: true });
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'], logins: sam(host.host) })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
    const storage = host.requests.all({ kind: 'storage' });
    expect(storage.map(({ authorization }) => authorization)).toEqual(['none']);
  });

  it.each(['tags', 'manifest'] as const)('sends us on for %s: credentials do not go there', async (kind) => {
    await using host = await startImageRegistry({ auth, users });
    await using open = await startImageRegistry();
    for (const each of [host, open]) each.addImage('team/app', '1', {});
    sendOn(host, kind, open);
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'], logins: sam(host.host) })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
    expect(open.requests.count({ kind })).toBe(1);
    expect(credentialsSeen(open)).toEqual([]);
  });

  it('sends us on to one that wants a log-in: that is said, and ours is not tried there', async () => {
    await using host = await startImageRegistry({ auth, users });
    await using other = await startImageRegistry({ auth, users });
    for (const each of [host, other]) each.addImage('team/app', '1', {});
    sendOn(host, 'tags', other);
    await using world = startScanning([need(`${host.host}/team/app`, { logins: sam(host.host) })]);
    expect(await errorAfterScan(world)).toBe(
      `${host.host} sends us on to ${other.host} for the tags of team/app, which asks to log in (401)`,
    );
    expect(world.registry.status()[0]?.help).toContain(`name the image by ${other.host}`);
    expect(credentialsSeen(other)).toEqual([]);
  });

  it('sends the first knock on: what the other host asks for is not answered with our log-in', async () => {
    await using host = await startImageRegistry();
    await using other = await startImageRegistry({ auth, users, allow: () => 'pull' });
    for (const each of [host, other]) each.addImage('team/app', '1', {});
    sendOn(host, 'ping', other);
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'], logins: sam(host.host) })]);
    await world.settled();
    // The images are those of the host that the name says.
    expect(host.requests.count({ kind: 'tags' })).toBe(1);
    expect(other.requests.count({ kind: 'tags' })).toBe(0);
    expect(credentialsSeen(other)).toEqual([]);
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
  });
});

it('takes the next page from the registry itself, whatever host the link names', async () => {
  await using host = await startImageRegistry({ auth: 'basic', users, maxPageSize: 1 });
  await using other = await startImageRegistry();
  host.addImage('team/app', '1', {});
  host.addTags('team/app', ['2'], '1');
  const header = `<${other.url}/v2/team/app/tags/list?last=1&n=1>; rel="next"`;
  host.faults.plan({ kind: 'tags' }, { type: 'link', to: { header } }, 1);
  const image = `${host.host}/team/app`;
  await using world = startScanning([need(image, { logins: sam(host.host) })]);
  await world.settled();
  expect(scannedImages(world.registry, image).tags).toEqual(['1', '2']);
  expect(other.requests.count()).toBe(0);
});

it('never goes from HTTPS to HTTP', async () => {
  await using host = await startImageRegistry({ tls: true });
  await using other = await startImageRegistry();
  sendOn(host, 'tags', other);
  await using world = startScanning([need(`${host.host}/team/app`)]);
  expect(await errorAfterScan(world)).toBe(`${host.host} redirects to ${other.host} without encryption`);
  expect(other.requests.count()).toBe(0);
});

it('that is none is told apart from one without the image', async () => {
  await using host = await startImageRegistry();
  host.faults.plan({ kind: 'ping' }, { type: 'status', code: 404 });
  await using world = startScanning([need(`${host.host}/team/app`)]);
  expect(await errorAfterScan(world)).toBe(`${host.host} is no image registry: it does not know /v2/ (404)`);
});
