import { describe, expect, it } from 'vitest';
import { gitConfig } from './support/answers.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { runFluxctl } from './support/run-fluxctl.ts';

describe('identity', () => {
  it.each([
    { flags: [], stdout: 'ssh-rsa AAAA\n', body: 'false' },
    { flags: ['-l'], stdout: 'aa:bb\n', body: 'false' },
    { flags: ['--fingerprint'], stdout: 'aa:bb\n', body: 'false' },
    { flags: ['-v'], stdout: 'aa:bb\n+-+\n', body: 'false' },
    { flags: ['-lv'], stdout: 'aa:bb\n+-+\n', body: 'false' },
    { flags: ['-r'], stdout: 'ssh-rsa AAAA\n', body: 'true' },
    { flags: ['--regenerate=true', '-v=false'], stdout: 'ssh-rsa AAAA\n', body: 'true' },
  ])('[cli 38] prints the key as $flags asks', async ({ flags, stdout, body }) => {
    await using daemon = await startMockDaemon({
      'POST /v9/git-repo-config': [{ json: gitConfig('ready') }],
    });
    const run = await runFluxctl(['identity', ...flags, '--url', daemon.url]);
    expect(run).toEqual({ stdout, stderr: '', code: 0 });
    expect(daemon.requests.map((request) => request.body)).toEqual([body]);
    expect(daemon.requests[0]?.headers['content-type']).toBeUndefined();
  });

  it.each([
    { flags: [], stdout: '' },
    { flags: ['-l'], stdout: '\n' },
    { flags: ['-v'], stdout: '\n' },
  ])('prints "$stdout" with $flags when there is no key', async ({ flags, stdout }) => {
    const config = { ...gitConfig('ready'), publicSSHKey: { key: '', fingerprints: null } };
    await using daemon = await startMockDaemon({ 'POST /v9/git-repo-config': [{ json: config }] });
    const run = await runFluxctl(['identity', ...flags, '--url', daemon.url]);
    expect(run).toEqual({ stdout, stderr: '', code: 0 });
  });

  it('waits for a daemon that is still making its key', async () => {
    const publicSSHKey = { key: '', fingerprints: null };
    await using daemon = await startMockDaemon({
      'POST /v9/git-repo-config': [
        { json: { ...gitConfig('new'), publicSSHKey } },
        { json: { ...gitConfig('new'), publicSSHKey } },
        { json: gitConfig('new') },
      ],
    });
    const run = await runFluxctl(['identity', '--regenerate', '--url', daemon.url]);
    expect(run).toEqual({ stdout: 'ssh-rsa AAAA\n', stderr: '', code: 0 });
    expect(daemon.requests.map(({ body }) => body)).toEqual(['true', 'false', 'false']);
  });

  it('does not wait for ever', async () => {
    const json = { ...gitConfig('new'), publicSSHKey: { key: '', fingerprints: null } };
    await using daemon = await startMockDaemon({ 'POST /v9/git-repo-config': [{ json }] });
    const run = await runFluxctl(['identity', '--timeout=300ms', '--url', daemon.url]);
    expect(run).toEqual({ stdout: '', stderr: '', code: 0 });
  });
});
