import { resourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../src/cluster/cluster.ts';
import type { CommitSha } from '../src/git/repository.ts';
import { createManifestLoader } from '../src/manifests/loader.ts';
import type { ManifestLoader } from '../src/manifests/manifest.ts';
import { createDefinitionStore, type Definitions } from '../src/reconcile/definitions.ts';
import type { SourceConfig } from '../src/reconcile/source-config.ts';
import { createMemoryReader, type MemoryFile } from './fakes/memory-reader.ts';

const signal = new AbortController().signal;
const namespacedKinds = ['Deployment', 'ConfigMap'];

const config: SourceConfig = {
  name: 'default',
  branch: 'master',
  paths: [],
  setName: 'set',
  readonly: false,
  notesRef: 'refs/notes/flux',
  syncIntervalMs: 300_000,
  syncTimeoutMs: 60_000,
  garbageCollection: 'on',
  allowedNamespaces: [],
  defaultNamespace: 'default',
};

function createStore(files: Readonly<Record<string, MemoryFile>>, change: Partial<SourceConfig> = {}) {
  const reader = createMemoryReader();
  const revision = reader.commit(files);
  const served = new Set([...namespacedKinds, 'Namespace']);
  const cluster = {
    isAway: false,
    async scope(apiVersion: string, kind: string): Promise<Scope> {
      if (cluster.isAway) throw new Error('the API server is away');
      if (served.has(kind)) return { found: true, namespaced: kind !== 'Namespace', plural: '' };
      return { found: false, reason: `resource not found for API ${apiVersion}, kind ${kind}` };
    },
  };
  const store = createDefinitionStore(
    { ...config, ...change },
    { loader: createManifestLoader({ reader }), cluster },
  );
  return {
    cluster,
    unserve: (kind: string) => served.delete(kind),
    serve: (kind: string) => served.add(kind),
    forgetScopes: () => store.forgetScopes(),
    at: () => store.at(revision, signal),
  };
}

const object = (kind: string, name: string, namespace?: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}${namespace ? `, namespace: ${namespace}` : ''}}\n`;

const placed = ({ wanted }: Definitions) => wanted.map(({ id, standing }) => `${id} ${standing.kind}`);

const crd = `apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata: {name: foos.acme.io}
spec: {group: acme.io, version: v1beta1, scope: Namespaced, names: {kind: Foo}}
`;
const foo = 'apiVersion: acme.io/v1beta1\nkind: Foo\nmetadata: {name: f, namespace: bar}\n';

describe('revisions', () => {
  function createCountedStore() {
    const reader = createMemoryReader();
    const loads: string[] = [];
    const inner = createManifestLoader({ reader });
    const loader: ManifestLoader = {
      load(revision, ...args) {
        loads.push(revision.slice(-1));
        return inner.load(revision, ...args);
      },
    };
    const cluster = {
      scope: async (): Promise<Scope> => ({ found: true, namespaced: true, plural: '' }),
    };
    const revisions = ['a', 'b', 'c'].map((name) => reader.commit({ 'x.yaml': object('ConfigMap', name) }));
    const store = createDefinitionStore(config, { loader, cluster });
    const at = (index: number, by = signal) => store.at(revisions[index] as CommitSha, by);
    return { at, loads };
  }

  it('are kept, the two that were asked for last', async () => {
    const { at, loads } = createCountedStore();
    const first = await at(0);
    await at(1);
    expect(await at(0)).toBe(first);
    expect(loads).toEqual(['1', '2']);
    await at(2);
    expect(await at(0)).toBe(first);
    await at(1);
    expect(loads).toEqual(['1', '2', '3', '2']);
  });

  it('are loaded once for all who ask meanwhile', async () => {
    const { at, loads } = createCountedStore();
    const [one, other] = await Promise.all([at(0), at(0)]);
    expect(one).toBe(other);
    expect(loads).toEqual(['1']);
  });

  it('are loaded anew where the one who began gave up', async () => {
    const { at } = createCountedStore();
    const begun = at(0, AbortSignal.abort(new Error('stopped')));
    const other = at(0);
    await expect(begun).rejects.toThrow('stopped');
    expect(placed(await other)).toEqual(['default:configmap/a apply']);
  });
});

describe('places of objects', () => {
  it.each([
    { fallback: 'namespace', because: 'the namespace of the kubeconfig context' },
    { fallback: 'foo-override', because: '--k8s-default-namespace' },
  ])('[manifests L11] takes $because where a file names none', async ({ fallback }) => {
    const files = {
      'a.yaml': object('Deployment', 'a', 'foo-ns'),
      'b.yaml': object('Deployment', 'b'),
      'c.yaml': object('Namespace', 'c', 'spurious'),
    };
    expect(placed(await createStore(files, { defaultNamespace: fallback }).at())).toEqual([
      'foo-ns:deployment/a apply',
      `${fallback}:deployment/b apply`,
      '<cluster>:namespace/c apply',
    ]);
  });

  it('looks scopes up anew until that has succeeded', async () => {
    const { at, unserve, cluster, forgetScopes } = createStore({ 'a.yaml': object('Deployment', 'a') });
    expect(placed(await at())).toEqual(['default:deployment/a apply']);
    unserve('Deployment');
    forgetScopes();
    cluster.isAway = true;
    await expect(at()).rejects.toThrow('the API server is away');
    cluster.isAway = false;
    expect((await at()).unscoped).toHaveLength(1);
  });

  it('[manifests L12] takes the scope from a definition in the same load', async () => {
    const { at, serve } = createStore({ 'crd.yaml': crd, 'foo.yaml': foo });
    serve('CustomResourceDefinition');
    expect(placed(await at())).toContain('bar:foo/f apply');
  });

  it('[manifests L13] leaves out what the cluster does not know, until it does', async () => {
    const { at, serve } = createStore({ 'foo.yaml': foo, 'ns.yaml': object('Namespace', 'demo') });
    const first = await at();
    expect(placed(first)).toEqual(['bar:foo/f unscoped', '<cluster>:namespace/demo apply']);
    expect(first.mayDefine(resourceId('bar', 'Foo', 'f'))).toBe(true);
    serve('Foo');
    expect(placed(await at())).toEqual(['bar:foo/f apply', '<cluster>:namespace/demo apply']);
  });

  it('[manifests L10] finds duplicates that show only with the default namespace (v1 took either)', async () => {
    const definitions = await createStore({
      'a.yaml': object('ConfigMap', 'x'),
      'b.yaml': `# b\n${object('ConfigMap', 'x', 'default')}`,
      'c.yaml': object('ConfigMap', 'z'),
    }).at();
    expect(placed(definitions)).toEqual(['default:configmap/z apply']);
    expect(definitions.problems).toMatchObject([
      {
        message: expect.stringContaining(
          "duplicate definition of 'default:configmap/x' (in a.yaml and b.yaml)",
        ),
      },
    ]);
    expect(definitions.mayDefine(resourceId('default', 'ConfigMap', 'x'))).toBe(true);
  });

  it('spares what a problem may mean, once its namespace is filled in', async () => {
    const bad = `${object('Deployment', 'x')}spec: {replicas: two}\n`;
    const definitions = await createStore({
      'a.yaml': bad,
      'b.yaml': object('Deployment', 'x', 'other'),
    }).at();
    const ids = ['default', 'other', 'third'].map((namespace) => resourceId(namespace, 'Deployment', 'x'));
    expect(ids.map((id) => definitions.mayDefine(id))).toEqual([true, true, false]);
  });
});
