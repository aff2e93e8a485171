import { describe, expect, it } from 'vitest';
import { type ConfigResult, readConfig } from './config.ts';
import { usage } from './usage.ts';

function run(argv: readonly string[], env: Record<string, string> = {}) {
  const result = readConfig(argv, env);
  if (result.kind !== 'run') throw new Error(`not to be run: ${JSON.stringify(result)}`);
  return result;
}

function problems(argv: readonly string[]): ConfigResult {
  return readConfig(argv, {});
}

describe('readConfig', () => {
  it('takes what fluxctl install renders', () => {
    const { config, notices } = run([
      '--memcached-service=',
      '--ssh-keygen-dir=/var/fluxd/keygen',
      '--git-url=git@github.com:x/flux-demo',
      '--git-branch=master',
      '--git-path=namespaces,workloads',
      '--git-label=flux',
      '--git-user=x',
      '--git-email=x@users.noreply.github.com',
      '--listen-metrics=:3031',
    ]);
    expect(config.git).toMatchObject({
      url: 'git@github.com:x/flux-demo',
      paths: ['namespaces', 'workloads'],
      syncTag: 'flux',
      notesRef: 'refs/notes/flux',
      pollIntervalMs: 300_000,
      timeoutMs: 20_000,
    });
    expect(config.listenMetrics).toBe(':3031');
    expect(config.images.memcached).toEqual({
      hostname: 'memcached',
      port: 11211,
      service: '',
      timeoutMs: 1_000,
      resolvConf: '/etc/resolv.conf',
    });
    expect(notices).toEqual([]);
  });

  it('reads what is said about images', () => {
    expect(run([]).config.images).toEqual({
      scanning: true,
      automationIntervalMs: 300_000,
      freeze: undefined,
      rps: 50,
      burst: 10,
      trace: false,
      insecureHosts: [],
      globs: { exclude: ['k8s.gcr.io/*'], include: [] },
      useLabels: ['index.docker.io/weaveworks/*', 'index.docker.io/fluxcd/*'],
      platforms: [],
      ecr: {
        regions: [],
        includedAccounts: [],
        excludedAccounts: ['602401143452', '918309763551'],
        required: false,
      },
      dockerConfig: '',
      memcached: undefined,
    });
    const { config } = run([
      '--automation-freeze=Fri 16:00-Mon 08:00 Europe/Berlin',
      '--registry-platform=linux/arm64,linux/arm/v7',
      '--registry-require=ecr',
      '--docker-config=/etc/docker.json',
      '--memcached-hostname=cache.flux',
    ]);
    expect(config.images).toMatchObject({
      freeze: { text: 'Fri 16:00-Mon 08:00 Europe/Berlin' },
      platforms: ['linux/arm64', 'linux/arm/v7'],
      ecr: { required: true },
      dockerConfig: '/etc/docker.json',
      memcached: { hostname: 'cache.flux', service: 'memcached', resolvConf: '/etc/resolv.conf' },
    });
  });

  it.each([
    [['--registry-poll-interval=1m'], 60_000],
    [['--registry-poll-interval=1m', '--automation-interval=2m'], 120_000],
    [['--automation-interval=3m'], 180_000],
  ])('takes the old name of the automation interval where it stands alone: %j', (argv, interval) => {
    expect(run(argv).config.images.automationIntervalMs).toBe(interval);
  });

  it.each([
    [
      '--automation-freeze=Fri 16:00',
      '--automation-freeze: invalid freeze "Fri 16:00": it is not written like',
    ],
    ['--automation-freeze=Fri 16:00-Mon 08:00 Berlin', '--automation-freeze: invalid freeze'],
    ['--automation-interval=0s', '--automation-interval must be longer than nothing'],
    ['--registry-rps=0', '--registry-rps must be more than nothing'],
    ['--registry-burst=-1', '--registry-burst must be more than nothing'],
    ['--registry-require=ecr,gcr', "'gcr' is not a valid registry-require; it is ecr"],
    ['--registry-platform=arm64', "'arm64' is not a valid registry-platform; it is written as linux/arm64"],
  ])('does not start with %s', (flag, error) => {
    const result = readConfig([flag], {});
    expect(result.kind === 'invalid' && result.problems).toMatchObject([
      { error: expect.stringContaining(error) },
    ]);
  });

  it.each([
    [['--git-branch', 'main'], 'main'],
    [['--git-branch=main', 'word', '--git-readonly'], 'main'],
    [['--', '--git-branch=main'], 'master'],
  ])('reads %j as Go does', (argv, branch) => {
    expect(run([...argv, '--git-url=https://x/y']).config.git.branch).toBe(branch);
  });

  it('replaces the default of a list by its first use, and adds the further ones', () => {
    const { config } = run(['--git-path=a,b', '--git-path', 'c', '--k8s-unsafe-exclude-resource=x']);
    expect(config.git.paths).toEqual(['a', 'b', 'c']);
    expect(config.cluster.excludedResources).toEqual(['x']);
  });

  it('[daemon 55] keeps the state in the secret when read-only, and says what has no effect then', () => {
    const { config, notices } = run([
      '--git-readonly',
      '--git-email=x',
      '--git-user=y',
      '--git-url=https://x/y',
    ]);
    expect(config.sync.state).toBe('secret');
    expect(notices).toEqual([
      { warning: '--git-readonly prevents use of --sync-state=git. Forcing to --sync-state=secret' },
      { warning: 'Configuring any of {git-user, git-email} has no effect when --git-readonly is set' },
    ]);
  });

  it('[daemon 56] lets the label override tag and notes ref, and says so', () => {
    const { config, notices } = run(['--git-label=x', '--git-sync-tag=y', '--git-url=https://x/y']);
    expect(config.git).toMatchObject({ syncTag: 'x', notesRef: 'refs/notes/x' });
    expect(notices).toEqual([{ overridden: 'git-sync-tag', value: 'x' }]);
  });

  it.each([
    ['flux', 'refs/notes/flux'],
    ['notes/a', 'refs/notes/a'],
    ['refs/notes/a', 'refs/notes/a'],
    ['refs/a', 'refs/notes/refs/a'],
  ])('expands the notes ref %s as git does', (name, ref) => {
    expect(run([`--git-notes-ref=${name}`]).config.git.notesRef).toBe(ref);
  });

  it.each([
    [[], ''],
    [['--git-ci-skip'], '\n\n[ci skip]'],
    [['--git-ci-skip-message= **SKIP**'], ' **SKIP**'],
    [['--git-ci-skip', '--git-ci-skip-message=[skip]'], '[skip]'],
  ])('%j adds %j to every message', (argv, messageSuffix) => {
    expect(run(argv).config.git.messageSuffix).toBe(messageSuffix);
  });

  it('reads who signs', () => {
    const argv = ['--git-signing-key=ABC', '--git-gpg-key-import=/gpg,keys', '--git-set-author'];
    const { config, notices } = run([...argv, '--git-url=https://x/y'], { FLUXD_MOUNT_ROOT: '/pod' });
    expect(config.git).toMatchObject({
      signingKey: 'ABC',
      gpgKeys: ['/pod/gpg', 'keys'],
      setAuthor: true,
    });
    expect(notices).toEqual([]);
  });

  it('[daemon 57] tells all that cannot work together', () => {
    expect(
      problems(['--git-path=/a', '--git-verify-signatures-mode=x', '--sync-state=y', '--api-trust=z']),
    ).toMatchObject({
      kind: 'invalid',
      problems: [
        { error: "'x' is not a valid git-verify-signatures-mode" },
        { err: 'subdirectory given as --git-path should not have leading forward slash' },
        { error: 'unknown sync state mode', mode: 'y' },
        { error: "'z' is not a valid api-trust; it is none, loopback or all" },
      ],
    });
  });

  it('[daemon 57] tells all that cannot be understood together', () => {
    expect(problems(['--nope', '-x', '--sync-interval=5', '--git-readonly=maybe', '--git-url'])).toEqual({
      kind: 'misused',
      problems: [
        'unknown flag: --nope',
        "unknown shorthand flag: 'x' in -x",
        'invalid argument "5" for "--sync-interval" flag: time: missing unit in duration "5"',
        'invalid argument "maybe" for "--git-readonly" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
        'flag needs an argument: --git-url',
      ],
    });
  });

  it('takes deprecated flags, with their hint', () => {
    const { config, deprecations } = run(['--k8s-namespace-whitelist=a,b', '--k8s-allow-namespace=b']);
    expect(config.cluster.allowedNamespaces).toEqual(['b', 'a']);
    expect(deprecations).toEqual([
      'Flag --k8s-namespace-whitelist has been deprecated, changed to --k8s-allow-namespace, use that instead',
    ]);
  });

  it.each([
    ['--sops', '--sops is not supported by this version: encrypted manifests would be applied as they are'],
    ['--git-verify-signatures-mode=all', '--git-verify-signatures-mode is not supported by this version'],
    ['--git-verify-signatures', '--git-verify-signatures is not supported by this version'],
    ['--git-secret', '--git-secret is not supported by this version'],
    ['--manifest-generation=true', '--manifest-generation is not supported by this version'],
  ])('does not start with %s, which it would do harm to pass over', (flag, error) => {
    const result = readConfig([flag], {});
    expect(result.kind === 'invalid' && result.problems).toMatchObject([
      { error: expect.stringContaining(error) },
    ]);
  });

  it('puts the mount root before every path of a mount', () => {
    const { config } = run([], { FLUXD_MOUNT_ROOT: '/pod' });
    expect(config.ssh).toMatchObject({ mountPath: '/pod/etc/fluxd/ssh', keygenDir: '/pod/etc/fluxd/ssh' });
    expect(config.mountRoot).toBe('/pod');
  });

  it('asks for help and version', () => {
    expect(readConfig(['-h', '--nope'], {}).kind).toBe('help');
    expect(readConfig(['--version'], {}).kind).toBe('version');
    expect(readConfig(['-l', ':1'], {})).toMatchObject({ config: { listen: ':1' } });
  });
});

describe('usage', () => {
  it('hides deprecated flags and names defaults', () => {
    expect(usage()).not.toContain('k8s-namespace-whitelist');
    expect(usage()).toMatch(/^ {2}-l, --listen string +listen address .* \(default ":3030"\)$/m);
    expect(usage()).toMatch(/^ {6}--git-poll-interval duration .*\(default 5m0s\)$/m);
  });
});
