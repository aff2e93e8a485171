import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { gitConfig, job } from './support/answers.ts';
import { startMockDaemon } from './support/mock-daemon.ts';
import { policyDone, updateScript } from './support/policy-answers.ts';
import { entry, runFluxctl } from './support/run-fluxctl.ts';

const support = (name: string): string => fileURLToPath(new URL(`./support/${name}`, import.meta.url));

/** The packages that a command loads. */
async function packagesOf(...args: string[]): Promise<string[]> {
  const { stderr, code } = await runFluxctl(args, { nodeFlags: ['--import', support('list-loaded.mjs')] });
  expect(code).toBe(0);
  // Behind what the command itself has to say.
  const urls = JSON.parse(stderr.slice(stderr.indexOf('["'))) as string[];
  const names = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

const clusterLibrary = '@kubernetes/client-node';

describe('start-up', () => {
  it('of version loads no cluster library, no HTTP client, no YAML, no colours, no tables', async () => {
    expect(await packagesOf('version')).toEqual(['commander']);
  });

  it('of completion and help loads no more', async () => {
    expect(await packagesOf('completion', 'bash')).toEqual(['commander']);
    expect(await packagesOf('__complete', 'sync', '--')).toEqual(['commander']);
    expect(await packagesOf('help', 'sync')).toEqual(['commander']);
  });

  it('of install loads YAML, and nothing to talk with', async () => {
    expect((await packagesOf('install', '--git-url=u', '--git-email=e')).sort()).toEqual([
      'commander',
      'js-yaml',
    ]);
  });

  it('of a command with --url loads no cluster library', async () => {
    await using daemon = await startMockDaemon({
      'POST /v9/git-repo-config': [{ json: gitConfig('ready') }],
      'GET /v6/services': [{ json: null }],
      'GET /v10/images': [{ json: null }],
      'GET /v12/registry': [{ json: { scanning: true, repositories: [] } }],
      'GET /v12/explain': [{ json: { workload: 'a:b/c', policies: {}, obstacles: [], containers: [] } }],
      ...updateScript(policyDone),
    });
    const workload = ['-w', 'a:b/c'];
    const commands = [
      ['identity'],
      ['list-workloads', '-a'],
      ['list-images', '-a'],
      ['registry', '-o', 'json'],
      ['explain', ...workload, '-o', 'json'],
      ['automate', ...workload, '--user=u'],
      ['policy', ...workload, '--user=u', '--tag=c=1'],
    ];
    for (const command of commands) {
      const loaded = await packagesOf(...command, '--url', daemon.url);
      expect(loaded).toContain('axios');
      expect(loaded).not.toContain(clusterLibrary);
      expect(loaded).not.toContain('js-yaml');
    }
  });

  it('of a release loads nothing of menus', async () => {
    await using daemon = await startMockDaemon({
      'POST /v9/update-manifests': [{ json: 'j1' }],
      'GET /v6/jobs': [job({ Result: { result: {} } })],
    });
    const args = ['release', '--workload=a:b/c', '--update-all-images', '--user=u', '--dry-run'];
    expect(await packagesOf(...args, '--url', daemon.url)).not.toContain('string-width');
  });
});

describe('an older Node.js', () => {
  it('is told in words which one is needed', async () => {
    const run = await runFluxctl(['version'], {
      nodeFlags: ['--import', support('pretend-older-node.mjs')],
    });
    expect(run).toEqual({
      stdout: '',
      stderr: 'fluxctl needs Node.js 24 or newer; this is v20.19.0.\n',
      code: 1,
    });
  });

  it('can read the entry, which imports nothing before it has looked', async () => {
    const source = stripTypeScriptTypes(await readFile(entry, 'utf8'));
    expect(source).not.toMatch(/^\s*(?:import|export)\b/m);
  });
});
