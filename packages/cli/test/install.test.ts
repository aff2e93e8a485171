import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '@fluxctl/shared/version';
import { loadAll, YAML11_SCHEMA } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

/** As kubectl reads it. */
const read = (yaml: string): unknown[] => loadAll(yaml, { schema: YAML11_SCHEMA });

/** The table of the reference, section 6. */
function objects(
  namespace: string,
  args: readonly string[],
  { image = `docker.io/fluxctl/fluxd:${version}`, securityContext = true } = {},
) {
  const ownUser = { runAsUser: 11211, runAsGroup: 11211, allowPrivilegeEscalation: false };
  const probe = {
    httpGet: { port: 3030, path: '/api/flux/v6/identity.pub' },
    initialDelaySeconds: 5,
    timeoutSeconds: 5,
  };
  const account = [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'flux', namespace, labels: { name: 'flux' } },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'flux', labels: { name: 'flux' } },
      rules: [
        { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
        { nonResourceURLs: ['*'], verbs: ['*'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'flux', labels: { name: 'flux' } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'flux' },
      subjects: [{ kind: 'ServiceAccount', name: 'flux', namespace }],
    },
  ];
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'flux', namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name: 'flux' } },
      strategy: { type: 'Recreate' },
      template: {
        metadata: { annotations: { 'prometheus.io/port': '3031' }, labels: { name: 'flux' } },
        spec: {
          nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
          serviceAccountName: 'flux',
          volumes: [
            { name: 'git-key', secret: { secretName: 'flux-git-deploy', defaultMode: 256 } },
            { name: 'git-keygen', emptyDir: { medium: 'Memory' } },
          ],
          containers: [
            {
              name: 'flux',
              image,
              imagePullPolicy: 'IfNotPresent',
              resources: { requests: { cpu: '50m', memory: '64Mi' } },
              ports: [{ containerPort: 3030 }],
              livenessProbe: probe,
              readinessProbe: probe,
              volumeMounts: [
                { name: 'git-key', mountPath: '/etc/fluxd/ssh', readOnly: true },
                { name: 'git-keygen', mountPath: '/var/fluxd/keygen' },
              ],
              args,
            },
          ],
        },
      },
    },
  };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'flux-git-deploy', namespace },
    type: 'Opaque',
  };
  const memcached = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'memcached', namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name: 'memcached' } },
      template: {
        metadata: { labels: { name: 'memcached' } },
        spec: {
          nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
          containers: [
            {
              name: 'memcached',
              image: 'memcached:1.6.10-alpine',
              imagePullPolicy: 'IfNotPresent',
              args: ['-m 512', '-I 5m', '-p 11211'],
              ports: [{ name: 'clients', containerPort: 11211 }],
              ...(securityContext ? { securityContext: ownUser } : {}),
            },
          ],
        },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'memcached', namespace },
    spec: { ports: [{ name: 'memcached', port: 11211 }], selector: { name: 'memcached' } },
  };
  return { account, deployment, secret, memcached, service };
}

const plainArgs = [
  '--memcached-service=',
  '--ssh-keygen-dir=/var/fluxd/keygen',
  '--git-url=u',
  '--git-branch=master',
  '--git-label=flux',
  '--git-user=Flux',
  '--git-email=e',
  '--listen-metrics=:3031',
];
const required = ['--git-url=u', '--git-email=e'];

describe('install', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fluxctl-install-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('[cli 39] prints seven objects, in a fixed order in place of v1’s random one', async () => {
    const run = await runFluxctl(['install', ...required]);
    const { account, deployment, secret, memcached, service } = objects('default', plainArgs);
    expect({ ...run, stdout: '' }).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(read(run.stdout)).toEqual([...account, deployment, secret, memcached, service]);
    expect(run.stdout).toMatch(/^---\n/);
    expect(run.stdout).toMatch(/[^\n]\n$/);
  });

  it.each([
    [['--git-url=u'], 'please supply a valid --git-email argument'],
    [['--git-email=e'], 'please supply a valid --git-url argument'],
    [['--git-email=e', 'x'], 'expected no (non-flag) arguments'],
    [[...required, '-o', 'nowhere'], 'stat nowhere: no such file or directory'],
  ])('[cli 39] refuses %j', async (flags, text) => {
    const run = await runFluxctl(['install', ...flags], { cwd: dir });
    expect(run).toEqual({ stdout: '', stderr: `Error: ${text}\n${hint('install')}`, code: 1 });
  });

  it('[cli 40] writes three files without scanning, and nothing on stdout', async () => {
    const flags = '--git-path a,b --git-readonly --manifest-generation --registry-disable-scanning';
    const run = await runFluxctl([
      'install',
      ...required,
      ...flags.split(' '),
      '--git-label=',
      '--git-user=',
      '-o',
      dir,
    ]);
    const names = ['flux-account.yaml', 'flux-deployment.yaml', 'flux-secret.yaml'];
    expect(run).toEqual({
      stdout: '',
      stderr: names.map((name) => `writing ${join(dir, name)}\n`).join(''),
      code: 0,
    });
    expect((await readdir(dir)).sort()).toEqual(names);
    const args = [
      ...plainArgs.slice(0, 4),
      '--git-path=a,b',
      '--git-email=e',
      '--git-readonly',
      '--manifest-generation=true',
      '--listen-metrics=:3031',
      '--registry-disable-scanning',
    ];
    const { account, deployment, secret } = objects('default', args);
    const [accountFile = '', deploymentFile = '', secretFile = ''] = await Promise.all(
      names.map((name) => readFile(join(dir, name), 'utf8')),
    );
    expect(read(accountFile)).toEqual(account);
    expect(read(deploymentFile)).toEqual([deployment]);
    expect(read(secretFile)).toEqual([secret]);
    for (const text of [accountFile, deploymentFile, secretFile]) expect(text).toMatch(/^---\n.*[^\n]\n$/s);
  });

  it('writes five files with scanning, over those that are there', async () => {
    await writeFile(join(dir, 'flux-secret.yaml'), 'old');
    const run = await runFluxctl(['install', ...required, '--output-dir=.'], { cwd: dir });
    expect(run.stderr).toBe(
      ['flux-account', 'flux-deployment', 'flux-secret', 'memcache-dep', 'memcache-svc']
        .map((name) => `writing ${name}.yaml\n`)
        .join(''),
    );
    const { secret } = objects('default', plainArgs);
    expect(read(await readFile(join(dir, 'flux-secret.yaml'), 'utf8'))).toEqual([secret]);
  });

  it('refuses a file in place of a directory', async () => {
    await writeFile(join(dir, 'file'), '');
    const run = await runFluxctl(['install', ...required, '-o', 'file'], { cwd: dir });
    expect(run.stderr).toBe(`Error: file is not a directory\n${hint('install')}`);
  });

  it('tells which file could not be written', async () => {
    await mkdir(join(dir, 'flux-secret.yaml'));
    const run = await runFluxctl(['install', ...required, '-o', dir]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('Error: cannot output manifest file flux-secret.yaml: ');
    expect((await stat(join(dir, 'flux-deployment.yaml'))).isFile()).toBe(true);
  });

  it('takes the namespace of the context, of --context too, which v1 ignores', async () => {
    const kubeconfig = join(dir, 'kubeconfig');
    const contexts = ['one', 'two'].map((name) => ({ name, context: { namespace: `in-${name}` } }));
    await writeFile(kubeconfig, JSON.stringify({ 'current-context': 'one', contexts }));
    const env = { KUBECONFIG: kubeconfig };
    const namespaces = async (...flags: string[]) => {
      const { stdout } = await runFluxctl(['install', ...required, ...flags], { env });
      return [...new Set([...stdout.matchAll(/^ +namespace: (.+)$/gm)].map(([, name]) => name))];
    };
    expect(await namespaces()).toEqual(['in-one']);
    expect(await namespaces('--context=two')).toEqual(['in-two']);
    expect(await namespaces('--namespace=flux')).toEqual(['flux']);
  });

  it('keeps every value what it is, where v1 breaks the YAML', async () => {
    const odd = 'x: "y" # {z}';
    const run = await runFluxctl([
      'install',
      '--git-url',
      odd,
      '--git-email=e',
      '--namespace=yes',
      '--image=0x10',
      '--add-security-context=false',
    ]);
    const args = plainArgs.map((arg) => (arg === '--git-url=u' ? `--git-url=${odd}` : arg));
    const { account, deployment, secret, memcached, service } = objects('yes', args, {
      image: '0x10',
      securityContext: false,
    });
    expect(read(run.stdout)).toEqual([...account, deployment, secret, memcached, service]);
  });

  it.each([
    { flags: ['--git-path=a', '--git-path', 'b,c'], path: '--git-path=a,b,c' },
    { flags: ['--git-paths=a,b'], path: '--git-path=a,b' },
    { flags: ['--git-path=a', '--git-paths=b', '--git-path=c'], path: '--git-path=b,c' },
  ])('reads paths as $flags', async ({ flags, path }) => {
    const { stdout } = await runFluxctl(['install', ...required, ...flags]);
    expect(stdout).toContain(`- ${path}\n`);
  });
});
