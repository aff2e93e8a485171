import { describe, expect, it } from 'vitest';
import { idsOf, loadFiles, manifestOf, messagesOf } from '../../test/fakes/load-files.ts';
import { createMemoryReader } from '../../test/fakes/memory-reader.ts';
import { createManifestLoader } from './loader.ts';
import type { Manifest } from './manifest.ts';

const signal = new AbortController().signal;

const chart = { 'charts/nginx/Chart.yaml': 'name: nginx\n', 'charts/nginx/values.yaml': 'a: 1\n' };

it('tells the containers of workloads, and remembers them as long as the file is the same', async () => {
  const reader = createMemoryReader();
  const loader = createManifestLoader({ reader });
  const pod = 'spec: {template: {spec: {containers: [{name: c, image: "quay.io/a/b:1"}]}}}\n';
  const files = { 'a.yaml': manifestOf('Deployment', 'a') + pod, 'b.yaml': manifestOf('Service', 'b') };
  const load = async (text: string) => loader.load(reader.commit({ ...files, 'c.yaml': text }), [], signal);
  const first = await load('');
  const images = await Promise.all(first.manifests.map((manifest) => first.images(manifest, signal)));
  const image = { domain: 'quay.io', path: 'a/b', tag: '1', sha256: '' };
  expect(images).toEqual([[{ name: 'c', image }], undefined]);
  const second = await load(manifestOf('ConfigMap', 'c'));
  expect(await second.images(second.manifests[0] as Manifest, signal)).toBe(images[0]);
});

describe('documents', () => {
  it.each([
    { because: 'an empty file', text: '' },
    { because: 'comments alone', text: '# a\n# b\n' },
    { because: 'null documents', text: '---\n---\nnull\n---\n~\n' },
    { because: 'a document without kind', text: 'a: 1\n---\nkind:\nb: 2\n' },
  ])('[manifests L1] finds nothing in $because', async ({ text }) => {
    expect(await loadFiles({ 'a.yaml': text })).toMatchObject({
      manifests: [],
      problems: [],
      complete: true,
    });
  });

  it('[manifests L2] tells documents by the namespace that is written', async () => {
    const text = `# c\n---\n${manifestOf('Deployment', 'b', 'b')}---\n${manifestOf('Deployment', 'a')}`;
    const loaded = await loadFiles({ 'x.yaml': text });
    expect(idsOf(loaded)).toEqual(['b:deployment/b', '<cluster>:deployment/a']);
    expect(loaded.manifests.map(({ source }) => source)).toEqual([
      { path: 'x.yaml', line: 3, document: 1 },
      { path: 'x.yaml', line: 9, document: 2 },
    ]);
  });

  it('tells a file that is too large to be read, and loads its neighbours', async () => {
    const loaded = await loadFiles({ 'a.yaml': 'too large', 'b.yaml': manifestOf('ConfigMap', 'b') });
    expect(idsOf(loaded)).toEqual(['<cluster>:configmap/b']);
    expect(loaded).toMatchObject({
      complete: false,
      problems: [
        {
          severity: 'error',
          message: 'unable to read file at "a.yaml": larger than 64 MiB',
          source: { path: 'a.yaml' },
          ids: [],
        },
      ],
    });
  });

  it('[manifests L3] passes over runs of markers', async () => {
    const loaded = await loadFiles({ 'a.yaml': `${manifestOf('ConfigMap', 'a')}${'---\n...\n'.repeat(4)}` });
    expect(loaded).toMatchObject({ manifests: [{ kind: 'ConfigMap' }], problems: [] });
  });

  it('[manifests L4] [daemon 39] tells a broken document with its line, and loads its neighbours (v1 loaded nothing)', async () => {
    const loaded = await loadFiles({
      'a.yaml': `${manifestOf('ConfigMap', 'a')}---\nkind: ConfigMap\nmetadata:\n\tname: b\n---\n${manifestOf('ConfigMap', 'c')}`,
      'b.yaml': 'just a string\n',
      'd.yaml': manifestOf('ConfigMap', 'd'),
    });
    expect(idsOf(loaded)).toEqual([
      '<cluster>:configmap/a',
      '<cluster>:configmap/c',
      '<cluster>:configmap/d',
    ]);
    expect(loaded.complete).toBe(false);
    expect(loaded.problems).toMatchObject([
      {
        severity: 'error',
        message: expect.stringMatching(/^scanning multidoc from "a\.yaml": yaml: line 8: .*tab/),
        source: { path: 'a.yaml', line: 8, document: 2 },
        ids: [],
      },
      {
        severity: 'error',
        message: 'parsing YAML doc from "b.yaml": a document must be a mapping, with apiVersion and kind',
        source: { path: 'b.yaml', line: 1, document: 1 },
        ids: [],
      },
    ]);
  });

  it('[daemon 39] is fine again once the file is put right', async () => {
    const reader = createMemoryReader();
    const loader = createManifestLoader({ reader });
    const broken = await loader.load(reader.commit({ 'a.yaml': 'text' }), [], signal);
    const mended = await loader.load(reader.commit({ 'a.yaml': manifestOf('Service', 'a') }), [], signal);
    expect(broken.complete).toBe(false);
    expect(mended).toMatchObject({ complete: true, problems: [], manifests: [{ name: 'a' }] });
  });

  it('[daemon 77] reads octal numbers and unquoted booleans as Kubernetes does', async () => {
    const loaded = await loadFiles({
      'a.yaml': `${manifestOf('X', 'a')}spec:\n  defaultMode: 0644\n  enabled: yes\n`,
    });
    const [manifest] = loaded.manifests;
    expect(manifest && (await loaded.body(manifest, signal))).toMatchObject({
      spec: { defaultMode: 420, enabled: true },
    });
  });

  it('[daemon 73] sums up a document as Flux v1 does', async () => {
    const loaded = await loadFiles({
      'a.yaml': '# the demo\nkind: Namespace\napiVersion: "v1"\nmetadata: {name: demo}\n',
    });
    expect(loaded.manifests).toMatchObject([{ checksum: '35db65c41bba48ecb02fb665a7416ac1f662be3b' }]);
  });

  it('reads names, annotations and API versions that are no strings as their text', async () => {
    const text =
      'apiVersion: v1\nkind: A\nmetadata:\n  name: 0x10\n  annotations:\n    fluxcd.io/automated: yes\n    fluxcd.io/locked_msg: 1.10\n    fluxcd.io/locked_user:\n';
    expect((await loadFiles({ 'a.yaml': text })).manifests).toMatchObject([
      { name: '16', policies: { automated: 'true', locked_msg: '1.1', locked_user: '' } },
    ]);
  });

  it('warns of duplicate keys with their line, and takes the last', async () => {
    const loaded = await loadFiles({ 'a.yaml': `# c\n---\n${manifestOf('Service', 'a')}kind: ConfigMap\n` });
    expect(idsOf(loaded)).toEqual(['<cluster>:configmap/a']);
    expect(loaded.problems).toEqual([
      {
        severity: 'warning',
        message: 'duplicate key "kind": the last one counts',
        source: { path: 'a.yaml', line: 7, document: 1 },
        ids: ['<cluster>:configmap/a'],
      },
    ]);
    expect(loaded.complete).toBe(true);
  });
});

describe('files', () => {
  const seven = Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`dir/${name}.yaml`, manifestOf('Service', name)]),
  );

  it('[manifests L7] reads manifests and nothing else', async () => {
    const three = ['x', 'y', 'z'].map((name) => manifestOf('Service', name)).join('---\n');
    const loaded = await loadFiles({
      garbage: '\0%$',
      ...seven,
      'dir/sub/more.yml': three,
      ...chart,
      'charts/nginx/templates/a.yaml': '{{ x }}',
    });
    expect(loaded.manifests).toHaveLength(9);
    expect(loaded.problems).toEqual([]);
  });

  it.each(['charts', 'charts/nginx', 'charts/nginx/templates/a.yaml'])(
    '[manifests L8] finds nothing under the root %s of a chart',
    async (root) => {
      const files = { ...seven, ...chart, 'charts/nginx/templates/a.yaml': manifestOf('Service', 'x') };
      expect(await loadFiles(files, [root])).toMatchObject({ manifests: [], problems: [], complete: true });
    },
  );

  it('[manifests L9] tells a root that does not exist, and loads the others (v1 loaded nothing)', async () => {
    const loaded = await loadFiles(seven, ['nowhere', 'dir/a.yaml']);
    expect(idsOf(loaded)).toEqual(['<cluster>:service/a']);
    expect(loaded.problems).toEqual([
      {
        severity: 'error',
        message: 'unable to read root path "nowhere": no such file or directory in the repository',
        source: { path: 'nowhere' },
        ids: [],
      },
    ]);
    expect(loaded.complete).toBe(false);
  });

  it('[manifests L10] [daemon 3] applies neither of two definitions, names both, and loads the rest (v1 loaded nothing)', async () => {
    const loaded = await loadFiles({
      'a.yaml': manifestOf('Deployment', 'x', 'demo'),
      'b.yaml': `${manifestOf('Service', 'b')}---\n${manifestOf('Deployment', 'x', 'demo')}`,
    });
    expect(idsOf(loaded)).toEqual(['<cluster>:service/b']);
    expect(loaded.problems).toMatchObject([
      {
        severity: 'error',
        message: expect.stringMatching(
          /^duplicate definition of 'demo:deployment\/x' \(in a\.yaml and b\.yaml\): none of a\.yaml:1, b\.yaml:6 is applied/,
        ),
        ids: ['demo:deployment/x'],
      },
    ]);
    expect(loaded.complete).toBe(true);
  });

  it('names the file once where it defines an object twice', async () => {
    const twice = `${manifestOf('Service', 'x')}---\n${manifestOf('Service', 'x')}`;
    expect(messagesOf(await loadFiles({ 'a.yaml': twice }))).toEqual([
      expect.stringContaining("duplicate definition of '<cluster>:service/x' (in a.yaml):"),
    ]);
  });

  it('[manifests L12] [daemon 33] tells the scope of kinds whose definitions are in the load', async () => {
    const crd = (version: string, spec: string) =>
      `apiVersion: apiextensions.k8s.io/${version}\nkind: CustomResourceDefinition\nmetadata: {name: ${version}}\nspec: ${spec}\n`;
    const loaded = await loadFiles({
      'a.yaml': crd('v1beta1', '{group: example.com, version: v1, scope: Namespaced, names: {kind: Foo}}'),
      'b.yaml': crd(
        'v1',
        '{group: example.com, scope: Cluster, names: {kind: Bar}, versions: [{name: v1}, {name: v2}]}',
      ),
      'c.yaml': crd('v2', 'nonsense'),
      'd.yaml': 'apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: fooinstance, namespace: bar}\n',
    });
    expect(idsOf(loaded)).toContain('bar:foo/fooinstance');
    expect(loaded.customScopes).toEqual([
      { apiVersion: 'example.com/v1', kind: 'Foo', namespaced: true },
      { apiVersion: 'example.com/v1', kind: 'Bar', namespaced: false },
      { apiVersion: 'example.com/v2', kind: 'Bar', namespaced: false },
    ]);
  });
});

describe('what is read from git', () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`f${index}.yaml`, manifestOf('Service', `s${index}`)]),
  );

  it('reads all new files at once, and after a commit of one file that file alone', async () => {
    const reader = createMemoryReader();
    const loader = createManifestLoader({ reader });
    await loader.load(reader.commit(files), [], signal);
    expect(reader.reads.map((ids) => ids.length)).toEqual([20]);
    const changed = { ...files, 'f3.yaml': manifestOf('Service', 'other') };
    expect(idsOf(await loader.load(reader.commit(changed), [], signal))).toContain('<cluster>:service/other');
    await loader.load(reader.commit(changed), [], signal);
    expect(reader.reads.map((ids) => ids.length)).toEqual([20, 1]);
  });

  it('does not read a file again that has moved', async () => {
    const reader = createMemoryReader();
    const loader = createManifestLoader({ reader });
    await loader.load(reader.commit({ 'a.yaml': manifestOf('Service', 'x') }), [], signal);
    const moved = await loader.load(reader.commit({ 'b/c.yaml': manifestOf('Service', 'x') }), [], signal);
    expect(moved.manifests).toMatchObject([{ source: { path: 'b/c.yaml' } }]);
    expect(reader.reads).toHaveLength(1);
  });

  it('gives the very same manifests where nothing changed', async () => {
    const reader = createMemoryReader();
    const loader = createManifestLoader({ reader });
    const first = await loader.load(reader.commit(files), [], signal);
    const second = await loader.load(reader.commit(files), [], signal);
    expect(second.manifests.every((manifest, index) => manifest === first.manifests[index])).toBe(true);
  });

  it('gives bodies that may be changed, and remembers the bytes for a while', async () => {
    const reader = createMemoryReader();
    const loaded = await createManifestLoader({ reader }).load(reader.commit(files), [], signal);
    const [manifest] = loaded.manifests;
    if (!manifest) throw new Error('nothing loaded');
    const body = await loaded.body(manifest, signal);
    body.kind = 'changed';
    expect(await loaded.body(manifest, signal)).toMatchObject({ kind: 'Service' });
    expect(reader.reads).toHaveLength(1);
  });

  it('finds bodies in files of many documents with letters beyond ASCII', async () => {
    const text = Array.from(
      { length: 50 },
      (_, index) => `# é${index}\n---\n${manifestOf('Service', `s${index}`)}  labels: {a: ü}\n`,
    ).join('');
    const loaded = await loadFiles({ 'a.yaml': text });
    const bodies = await Promise.all(loaded.manifests.map((manifest) => loaded.body(manifest, signal)));
    expect(bodies.map(({ metadata }) => metadata)).toEqual(
      Array.from({ length: 50 }, (_, index) => ({ name: `s${index}`, labels: { a: 'ü' } })),
    );
  });

  it('keeps the digits of large integers on their way to the API server', async () => {
    const loaded = await loadFiles({ 'a.yaml': `${manifestOf('X', 'a')}spec: {id: 9007199254740993}\n` });
    const [manifest] = loaded.manifests;
    const body = manifest && (await loaded.body(manifest, signal));
    expect(JSON.stringify(body?.spec)).toBe('{"id":9007199254740993}');
  });

  it('shows what it parses while bodies cost nothing, but not of large files', async () => {
    const reader = createMemoryReader();
    const loader = createManifestLoader({ reader });
    const seen: [path: string, name: unknown][] = [];
    const load = (more: Record<string, string>) =>
      loader.load(reader.commit({ ...two, ...more }), [], signal, async (manifests, body) => {
        for (const manifest of manifests.toReversed()) {
          seen.push([manifest.source.path, (body(manifest).metadata as { name: string }).name]);
        }
      });
    const two = {
      'a.yaml': `${manifestOf('Service', 'x')}---\n${manifestOf('Service', 'w')}`,
      'empty.yaml': '',
    };
    await load({ 'large.yaml': `${manifestOf('Service', 'l')}# ${'x'.repeat(300_000)}\n` });
    expect(seen.splice(0)).toEqual([
      ['a.yaml', 'w'],
      ['a.yaml', 'x'],
    ]);
    await load({ 'b.yaml': manifestOf('Service', 'z') });
    expect(seen).toEqual([['b.yaml', 'z']]);
  });

  it('gives others their turn while it parses', async () => {
    const reader = createMemoryReader();
    const revision = reader.commit({
      'a.yaml': `${manifestOf('Service', 'x')}---\n# ${'x'.repeat(2000)}\n`.repeat(500),
    });
    let turns = 0;
    let loading = true;
    const count = (): void => {
      turns += 1;
      if (loading) setImmediate(count);
    };
    setImmediate(count);
    await createManifestLoader({ reader }).load(revision, [], signal);
    loading = false;
    expect(turns).toBeGreaterThan(10);
  });

  it('stops when it is told to', async () => {
    const reader = createMemoryReader();
    const loading = createManifestLoader({ reader }).load(reader.commit(files), [], AbortSignal.abort());
    await expect(loading).rejects.toThrow('aborted');
  });
});
