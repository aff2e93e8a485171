import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { version } from '@fluxctl/shared/version';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands/commands.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const refused = (text: string, command?: string) => ({
  stdout: '',
  stderr: `Error: ${text}\n${hint(command)}`,
  code: 1,
});

describe('version', () => {
  it('[cli 1] prints the version, ours in place of 1.25.4', async () => {
    expect(await runFluxctl(['version'])).toEqual({ stdout: `${version}\n`, stderr: '', code: 0 });
  });

  it('[cli 1] takes no arguments', async () => {
    const run = await runFluxctl(['version', 'x']);
    expect(run).toEqual(refused('expected no (non-flag) arguments', 'version'));
  });
});

describe('help', () => {
  it('of the whole program stands on stdout, and names every command', async () => {
    const bare = await runFluxctl([]);
    expect({ ...bare, stdout: '' }).toEqual({ stdout: '', stderr: '', code: 0 });
    const shown = commands.filter(({ hidden }) => !hidden);
    for (const { name, summary } of shown) {
      expect(bare.stdout).toContain(`  ${name}`);
      expect(bare.stdout.replaceAll(/\s+/g, ' ')).toContain(summary);
    }
    expect(bare.stdout).not.toContain('__complete');
    expect(await runFluxctl(['--help'])).toEqual(bare);
    expect(await runFluxctl(['help'])).toEqual(bare);
  });

  it('of a command needs no cluster, and shows its flags without the deprecated ones', async () => {
    const run = await runFluxctl(['help', 'install']);
    expect({ ...run, stdout: '' }).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(run.stdout).toContain('--git-path <strings>');
    expect(run.stdout).not.toContain('--git-paths');
    expect(run.stdout).toContain('-u, --url <string>');
    expect(await runFluxctl(['install', '-h'])).toEqual(run);
    expect(await runFluxctl(['--help', 'install'])).toEqual(run);
  });

  it('of an alias is that of its command', async () => {
    const run = await runFluxctl(['help', 'list-controllers']);
    expect(run.stdout).toContain('Usage: fluxctl list-workloads|list-controllers [flags]');
  });

  it('of an unknown command is an error', async () => {
    expect(await runFluxctl(['help', 'foo'])).toEqual(refused('unknown command "foo" for "fluxctl"', 'help'));
  });
});

describe('a command line that cannot be understood', () => {
  it.each([
    [['foo'], 'unknown command "foo" for "fluxctl"', undefined],
    [['--url', 'u', 'foo', '--bar'], 'unknown command "foo" for "fluxctl"', undefined],
    [['version', '--foo'], 'unknown flag: --foo', 'version'],
    [['--foo'], 'unknown flag: --foo', undefined],
    [['-x', 'sync'], "unknown shorthand flag: 'x' in -x", undefined],
    [['sync', '-x'], "unknown shorthand flag: 'x' in -x", 'sync'],
    [['sync', '--url'], 'flag needs an argument: --url', 'sync'],
    [['list-controllers', '-n'], "flag needs an argument: 'n' in -n", 'list-workloads'],
    [
      ['sync', '--timeout=60'],
      'invalid argument "60" for "--timeout" flag: time: missing unit in duration "60"',
      'sync',
    ],
    [
      ['--k8s-fwd-labels', 'foo', 'sync'],
      'invalid argument "foo" for "--k8s-fwd-labels" flag: foo must be formatted as key=value',
      'sync',
    ],
    [['sync', 'now'], 'expected no (non-flag) arguments', 'sync'],
  ])('%j is refused in the words of Flux v1', async (args, text, command) => {
    expect(await runFluxctl(args)).toEqual(refused(text, command));
  });

  it('names the commands that may have been meant', async () => {
    const suggestion =
      'unknown command "list" for "fluxctl"\n\nDid you mean this?\n\tlist-images\n\tlist-workloads\n';
    expect(await runFluxctl(['list'])).toEqual(refused(suggestion));
    const near = await runFluxctl(['stats']);
    expect(near.stderr).toContain('Did you mean this?\n\tstatus\n\nRun');
  });

  it('tells a deprecated flag first of all', async () => {
    const run = await runFluxctl(['install', '--git-paths=a', '--git-url=u']);
    expect(run.stderr).toBe(
      `Flag --git-paths has been deprecated, please use --git-path (no ending s) instead\n${
        refused('please supply a valid --git-email argument', 'install').stderr
      }`,
    );
  });
});

describe('the environment', () => {
  it('gives way to a flag, even to an empty one', async () => {
    await using daemon = await startMockDaemon({ 'GET /v6/services': [{ json: null }] });
    const env = { FLUX_URL: daemon.url, FLUX_SERVICE_TOKEN: 't' };
    await runFluxctl(['list-workloads', '--token='], { env });
    expect(daemon.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('counts as unset where it is empty', async () => {
    await using daemon = await startMockDaemon({ 'GET /v6/services': [{ json: null }] });
    const env = { FLUX_URL: daemon.url, FLUX_SERVICE_TOKEN: 't', WEAVE_CLOUD_TOKEN: '' };
    await runFluxctl(['list-workloads'], { env });
    expect(daemon.requests[0]?.headers.authorization).toBe('Scope-Probe token=t');
  });

  it.each([
    ['FLUX_TIMEOUT', '60', 'time: missing unit in duration "60"'],
    ['FLUX_FORWARD_LABELS', 'flux', 'flux must be formatted as key=value'],
  ])(
    'with a bad %s is an error that names it, better than v1, which goes on',
    async (name, value, reason) => {
      const run = await runFluxctl(['list-workloads', '--url', 'http://127.0.0.1:1'], {
        env: { [name]: value },
      });
      expect(run).toEqual(refused(`invalid value "${value}" in ${name}: ${reason}`, 'list-workloads'));
    },
  );

  it('is not looked at by commands that ask no daemon', async () => {
    expect((await runFluxctl(['version'], { env: { FLUX_TIMEOUT: '60' } })).code).toBe(0);
  });
});

describe('an answer that is no success', () => {
  it('[cli 24] with advice in it is shown as the advice alone', async () => {
    await using daemon = await startMockDaemon({
      'GET /v6/services': [
        { status: 422, type: 'application/json', body: '{"type":"user","help":"H\\n","error":"e"}' },
      ],
    });
    const run = await runFluxctl(['list-workloads', '--url', daemon.url]);
    expect(run).toEqual({ stdout: '', stderr: '== Error ==\n\nH\n\n', code: 1 });
  });

  it('[api 50] 404 with advice is shown as the advice, and the exit code is 1', async () => {
    const body =
      '{"type":"missing","help":"No such endpoint:\\n\\n    /v6/services\\n","error":"API endpoint not found"}';
    await using daemon = await startMockDaemon({
      'GET /v6/services': [{ status: 404, type: 'application/json; charset=utf-8', body }],
    });
    const run = await runFluxctl(['list-workloads', '--url', daemon.url]);
    const stderr = '== Error ==\n\nNo such endpoint:\n\n    /v6/services\n\n';
    expect(run).toEqual({ stdout: '', stderr, code: 1 });
  });

  it('[cli 25] without advice is shown with status and body', async () => {
    await using daemon = await startMockDaemon({
      'GET /v6/services': [{ status: 500, type: 'text/plain', body: 'boom' }],
    });
    const run = await runFluxctl(['list-workloads', '--url', daemon.url]);
    expect(run).toEqual(refused('executing HTTP request: 500 Internal Server Error boom', 'list-workloads'));
  });

  it.each(['{"error":""}', '[]', 'null', 'no JSON'])(
    'is not taken for advice when it is %s',
    async (body) => {
      await using daemon = await startMockDaemon({
        'GET /v6/services': [{ status: 502, type: 'application/json', body }],
      });
      const run = await runFluxctl(['list-workloads', '--url', daemon.url]);
      expect(run).toEqual(refused(`executing HTTP request: 502 Bad Gateway ${body}`, 'list-workloads'));
    },
  );

  it('401 is explained', async () => {
    await using daemon = await startMockDaemon({
      'GET /v6/services': [{ status: 401, type: 'text/plain', body: 'go away' }],
    });
    const run = await runFluxctl(['list-workloads', '--url', daemon.url]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^== Error ==\n\nThe request failed authentication\n/);
    expect(run.stderr).toContain('FLUX_SERVICE_TOKEN');
    expect(run.stderr).toContain('--token');
    expect(run.stderr).not.toContain('go away');
  });

  it.each([
    ['', 'EOF'],
    ['[', 'Unexpected end of JSON input'],
  ])('with the body "%s" cannot be decoded', async (body, reason) => {
    await using daemon = await startMockDaemon({
      'GET /v6/services': [{ status: 200, type: 'application/json', body }],
    });
    const run = await runFluxctl(['list-workloads', '--url', daemon.url]);
    expect(run).toEqual(refused(`decoding response from server: ${reason}`, 'list-workloads'));
  });
});

describe('no answer at all', () => {
  it('is told with the doubled words of Flux v1, and without a password', async () => {
    const run = await runFluxctl(['list-workloads', '-a', '--url', 'http://me:secret@127.0.0.1:1/api/flux']);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe(
      refused(
        'executing HTTP request: executing HTTP request: Get "http://me:xxxxx@127.0.0.1:1/api/flux/v6/services?namespace=": connect ECONNREFUSED 127.0.0.1:1',
        'list-workloads',
      ).stderr,
    );
  });

  it.each(['localhost:3030', 'nope', 'http://'])('comes from %s, which is no address', async (url) => {
    const run = await runFluxctl(['list-workloads', '--url', url]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^Error: parsing URL: parse "/);
  });

  it('never goes through a proxy for loopback', async () => {
    await using daemon = await startMockDaemon({ 'GET /v6/services': [{ json: null }] });
    const env = { http_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
    const run = await runFluxctl(['list-workloads', '--url', daemon.url], { env });
    expect(run.code).toBe(0);
  });
});

describe('colours', () => {
  const red = '\u001b[31m';
  it.each([
    { env: {}, coloured: false, because: 'a pipe reads' },
    { env: { NO_COLOR: '', FORCE_COLOR: '1' }, coloured: true, because: 'FORCE_COLOR says so' },
    { env: { NO_COLOR: '1', FORCE_COLOR: '0' }, coloured: false, because: 'FORCE_COLOR=0 says so' },
  ])('are used or not because $because', async ({ env, coloured }) => {
    const run = await runFluxctl(['foo'], { env });
    expect(run.stderr.includes(red)).toBe(coloured);
    expect(run.stdout).toBe('');
  });
});

describe('Ctrl-C', () => {
  it('ends the wait for a daemon that does not answer, without a word', async () => {
    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const run = await runFluxctl(['sync', '--url', `http://127.0.0.1:${port}`], {
      interruptAfter: asked.promise,
    });
    silent.closeAllConnections();
    silent.close();
    expect(run).toEqual({ stdout: '', stderr: '', code: 130 });
  });
});
