import { describe, expect, it } from 'vitest';
import { createMemoryReader, type MemoryFile } from '../../test/fakes/memory-reader.ts';
import { createManifestLoader } from './loader.ts';
import type { LoadedManifests } from './manifest.ts';

const signal = new AbortController().signal;

async function load(
  files: Readonly<Record<string, MemoryFile>>,
  paths: string[] = [],
): Promise<LoadedManifests> {
  const reader = createMemoryReader();
  return createManifestLoader({ reader }).load(reader.commit(files), paths, signal);
}

const idsOf = ({ manifests }: LoadedManifests): string[] => manifests.map(({ writtenId }) => writtenId);
const messagesOf = ({ problems }: LoadedManifests): string[] => problems.map(({ message }) => message);

function object(kind: string, name: string, namespace?: string): string {
  const where = namespace === undefined ? '' : `\n  namespace: ${namespace}`;
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}${where}\n`;
}

const chart = { 'charts/nginx/Chart.yaml': 'name: nginx\n', 'charts/nginx/values.yaml': 'a: 1\n' };

describe('documents', () => {
  it.each([
    { because: 'an empty file', text: '' },
    { because: 'comments alone', text: '# a\n# b\n' },
    { because: 'null documents', text: '---\n---\nnull\n---\n~\n' },
    { because: 'a document without kind', text: 'a: 1\n---\nkind:\nb: 2\n' },
  ])('[manifests L1] finds nothing in $because', async ({ text }) => {
    expect(await load({ 'a.yaml': text })).toMatchObject({ manifests: [], problems: [], complete: true });
  });

  it('[manifests L2] tells documents by the namespace that is written', async () => {
    const text = `# c\n---\n${object('Deployment', 'b', 'b')}---\n${object('Deployment', 'a')}`;
    const loaded = await load({ 'x.yaml': text });
    expect(idsOf(loaded)).toEqual(['b:deployment/b', '<cluster>:deployment/a']);
    expect(loaded.manifests.map(({ source }) => source)).toEqual([
      { path: 'x.yaml', line: 3, document: 1 },
      { path: 'x.yaml', line: 9, document: 2 },
    ]);
  });

  it('[manifests L3] passes over runs of markers', async () => {
    const loaded = await load({ 'a.yaml': `${object('ConfigMap', 'a')}${'---\n...\n'.repeat(4)}` });
    expect(loaded).toMatchObject({ manifests: [{ kind: 'ConfigMap' }], problems: [] });
  });

  it('[manifests L4] [daemon 39] tells a broken document with its line, and loads its neighbours (v1 loaded nothing)', async () => {
    const loaded = await load({
      'a.yaml': `${object('ConfigMap', 'a')}---\nkind: ConfigMap\nmetadata:\n\tname: b\n---\n${object('ConfigMap', 'c')}`,
      'b.yaml': 'just a string\n',
      'd.yaml': object('ConfigMap', 'd'),
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
    const mended = await loader.load(reader.commit({ 'a.yaml': object('Service', 'a') }), [], signal);
    expect(broken.complete).toBe(false);
    expect(mended).toMatchObject({ complete: true, problems: [], manifests: [{ name: 'a' }] });
  });

  it('[daemon 77] reads octal numbers and unquoted booleans as Kubernetes does', async () => {
    const loaded = await load({
      'a.yaml': `${object('X', 'a')}spec:\n  defaultMode: 0644\n  enabled: yes\n`,
    });
    const [manifest] = loaded.manifests;
    expect(manifest && (await loaded.body(manifest, signal))).toMatchObject({
      spec: { defaultMode: 420, enabled: true },
    });
  });

  it('[daemon 73] sums up a document as Flux v1 does', async () => {
    const loaded = await load({
      'a.yaml': '# the demo\nkind: Namespace\napiVersion: "v1"\nmetadata: {name: demo}\n',
    });
    expect(loaded.manifests).toMatchObject([{ checksum: '35db65c41bba48ecb02fb665a7416ac1f662be3b' }]);
  });

  it('reads names, annotations and API versions that are no strings as their text', async () => {
    const text =
      'apiVersion: v1\nkind: A\nmetadata:\n  name: 0x10\n  annotations:\n    fluxcd.io/automated: yes\n    fluxcd.io/locked_msg: 1.10\n    fluxcd.io/locked_user:\n';
    expect((await load({ 'a.yaml': text })).manifests).toMatchObject([
      { name: '16', policies: { automated: 'true', locked_msg: '1.1', locked_user: '' } },
    ]);
  });

  it('warns of duplicate keys with their line, and takes the last', async () => {
    const loaded = await load({ 'a.yaml': `# c\n---\n${object('Service', 'a')}kind: ConfigMap\n` });
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

describe('bad input costs only itself', () => {
  const good = { 'good.yaml': object('Service', 'good') };

  it.each([
    {
      because: 'an alias bomb',
      text: `a: &a [x]\nb: &b [${'*a,'.repeat(99)}]\nc: &c [${'*b,'.repeat(99)}]\nd: &d [${'*c,'.repeat(99)}]\n`,
      message: /excessive aliasing/,
    },
    {
      because: 'bytes that are no UTF-8',
      text: Buffer.from('kind: A\nmetadata:\n  name: \xe9\n', 'latin1'),
      message: /line 3: the file is not UTF-8/,
    },
    { because: 'a template', text: 'kind: {{ .Kind }}\n', message: /line 1: invalid map key/ },
    { because: 'an unfinished string', text: 'kind: "A\n', message: /^scanning multidoc/ },
    {
      because: 'a kind that is a mapping',
      text: 'kind: {a: 1}\n',
      message: /^parsing YAML doc from "bad\.yaml": kind must be a string/,
    },
    {
      because: 'metadata that is a list',
      text: 'kind: A\nmetadata: []\n',
      message: /metadata must be a mapping/,
    },
    {
      because: 'a name that is a mapping',
      text: 'kind: A\nmetadata: {name: {a: 1}}\n',
      message: /metadata\.name.* must be strings/,
    },
  ])('$because', async ({ text, message }) => {
    const loaded = await load({ 'bad.yaml': text, ...good });
    expect(idsOf(loaded)).toEqual(['<cluster>:service/good']);
    expect(messagesOf(loaded)).toEqual([expect.stringMatching(message)]);
    expect(loaded.complete).toBe(false);
  });

  it.each([
    {
      because: 'replicas that are no number',
      kind: 'Deployment',
      spec: 'replicas: "2"',
      field: 'spec.replicas must be an integer',
    },
    {
      because: 'a template that is a list',
      kind: 'StatefulSet',
      spec: 'template: []',
      field: 'spec.template must be a mapping',
    },
    {
      because: 'containers that are a mapping',
      kind: 'DaemonSet',
      spec: 'template: {spec: {containers: {a: 1}}}',
      field: 'spec.template.spec.containers must be a list',
    },
    {
      because: 'an image that is a mapping',
      kind: 'Deployment',
      spec: 'template: {spec: {containers: [{}, {image: {}}]}}',
      field: 'spec.template.spec.containers[1].image must be a single value',
    },
    {
      because: 'args of lists',
      kind: 'Deployment',
      spec: 'template: {spec: {initContainers: [{args: [a, []]}]}}',
      field: 'spec.template.spec.initContainers[0].args[1] must be a single value',
    },
    {
      because: 'an environment that is a mapping',
      kind: 'CronJob',
      spec: 'jobTemplate: {spec: {template: {spec: {containers: [{env: {a: b}}]}}}}',
      field: 'spec.jobTemplate.spec.template.spec.containers[0].env must be a list',
    },
    {
      because: 'a secret volume that is text',
      kind: 'Deployment',
      spec: 'template: {spec: {volumes: [{secret: x}]}}',
      field: 'spec.template.spec.volumes[0].secret must be a mapping',
    },
    {
      because: 'labels that are mappings',
      kind: 'Deployment',
      spec: 'template: {metadata: {labels: {a: {}}}}',
      field: 'spec.template.metadata.labels.a must be a single value',
    },
    {
      because: 'infinity',
      kind: 'Whatever',
      spec: 'x: .inf',
      field: 'infinity and not-a-number cannot be told to Kubernetes',
    },
    { because: 'a null key', kind: 'Whatever', spec: '~: 1', field: 'a key must not be null' },
  ])('$because: the object is known, so the rest may be pruned', async ({ kind, spec, field }) => {
    const loaded = await load({ 'bad.yaml': `${object(kind, 'bad', 'ns')}spec:\n  ${spec}\n`, ...good });
    expect(idsOf(loaded)).toEqual(['<cluster>:service/good']);
    expect(loaded.problems).toMatchObject([
      { message: `parsing YAML doc from "bad.yaml": ${field}`, ids: [`ns:${kind.toLowerCase()}/bad`] },
    ]);
    expect(loaded.complete).toBe(true);
  });

  it('lets other kinds look as they like', async () => {
    const loaded = await load({
      'a.yaml': `${object('FluxHelmRelease', 'a')}spec:\n  replicas: x\n  template: []\n`,
    });
    expect(loaded).toMatchObject({ problems: [], manifests: [{ name: 'a' }] });
  });

  it('an object without a name', async () => {
    const loaded = await load({ 'a.yaml': 'kind: Service\n', ...good });
    expect(loaded.problems).toMatchObject([
      { message: expect.stringContaining('metadata.name is missing'), ids: ['<cluster>:service/'] },
    ]);
    expect(loaded.complete).toBe(true);
  });

  it('annotations that are no mapping of texts', async () => {
    const loaded = await load({ 'a.yaml': `${object('X', 'a')}  annotations: {a: {}}\n`, ...good });
    expect(messagesOf(loaded)).toEqual([
      'parsing YAML doc from "a.yaml": metadata.annotations must be a mapping of strings',
    ]);
  });

  it('keys that mean something to JavaScript', async () => {
    const loaded = await load({
      'a.yaml': `${object('ConfigMap', 'a')}data:\n  __proto__: x\n  constructor: z\n`,
    });
    const [manifest] = loaded.manifests;
    const body = manifest && (await loaded.body(manifest, signal));
    expect(JSON.stringify(body?.data)).toBe('{"__proto__":"x","constructor":"z"}');
  });

  it('a byte order mark, CRLF and UTF-16 are no bad input', async () => {
    const text = object('Service', 'a').replaceAll('\n', '\r\n');
    const loaded = await load({
      'bom.yaml': `\uFEFF${text}`,
      'utf16.yaml': Buffer.from(
        `\uFEFF${text.replace('name: a', 'name: b')}---\r\n${object('Service', 'é')}`,
        'utf16le',
      ),
    });
    expect(loaded.problems).toEqual([]);
    const bodies = await Promise.all(loaded.manifests.map((manifest) => loaded.body(manifest, signal)));
    expect(bodies.map(({ metadata }) => metadata)).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'é' }]);
  });

  it('a text of 1 MB is no bad input', async () => {
    const text = 'x'.repeat(1_000_000);
    const loaded = await load({ 'a.yaml': `${object('ConfigMap', 'a')}data:\n  big: ${text}\n` });
    const [manifest] = loaded.manifests;
    expect(manifest && (await loaded.body(manifest, signal)).data).toEqual({ big: text });
  });
});

describe('lists', () => {
  it('[manifests L5] takes a DeploymentList apart', async () => {
    const text =
      'apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- kind: Deployment\n  metadata: {name: a, namespace: ns}\n- kind: Deployment\n  metadata: {name: b, namespace: ns}\n';
    expect(idsOf(await load({ 'a.yaml': text }))).toEqual(['ns:deployment/a', 'ns:deployment/b']);
  });

  it('[manifests L6] takes a List of several kinds apart; each item has its line, body and checksum', async () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- kind: Deployment\n  metadata:\n    name: a\n\n# the service\n- kind: Service\n  metadata: {name: b}\n`;
    const loaded = await load({ 'a.yaml': text, 'same.yaml': 'kind: Service\nmetadata: {name: c}\n' });
    expect(idsOf(loaded).slice(0, 2)).toEqual(['<cluster>:deployment/a', '<cluster>:service/b']);
    expect(loaded.manifests.map(({ source }) => source.line)).toEqual([4, 9, 1]);
    const [, service] = loaded.manifests;
    expect(service && (await loaded.body(service, signal))).toEqual({
      kind: 'Service',
      metadata: { name: 'b' },
    });
    const alone = await load({ 'b.yaml': 'kind: Service\nmetadata: {name: b}\n' });
    expect(service?.checksum).toBe(alone.manifests[0]?.checksum);
  });

  it('finds nothing in an empty list, and says so where it looks like an object', async () => {
    expect(await load({ 'a.yaml': 'kind: List\nitems: []\n---\nkind: List\n' })).toMatchObject({
      manifests: [],
      problems: [],
    });
    expect(messagesOf(await load({ 'a.yaml': object('AllowList', 'mine') }))).toEqual([
      expect.stringContaining('AllowList has a name but no items'),
    ]);
  });

  it('tells items that are no objects, and takes the others (v1 panicked)', async () => {
    const text =
      'kind: List\nitems:\n- null\n- kind: Service\n  metadata: {name: a}\n- metadata: {name: b}\n- text\n- kind: X\n  metadata: {name: c}\n  spec: {a: .inf}\n';
    const loaded = await load({ 'a.yaml': text });
    expect(idsOf(loaded)).toEqual(['<cluster>:service/a']);
    expect(loaded.problems.map(({ source, ids }) => [source.line, ids.length])).toEqual([
      [3, 0],
      [6, 0],
      [7, 0],
      [10, 1],
    ]);
  });

  it('does not take a list in a list apart', async () => {
    const loaded = await load({
      'a.yaml': 'kind: List\nitems:\n- kind: List\n  metadata: {name: x}\n  items: []\n',
    });
    expect(idsOf(loaded)).toEqual(['<cluster>:list/x']);
  });
});

describe('files', () => {
  const seven = Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [`dir/${name}.yaml`, object('Service', name)]),
  );

  it('[manifests L7] reads manifests and nothing else', async () => {
    const three = ['x', 'y', 'z'].map((name) => object('Service', name)).join('---\n');
    const loaded = await load({
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
      const files = { ...seven, ...chart, 'charts/nginx/templates/a.yaml': object('Service', 'x') };
      expect(await load(files, [root])).toMatchObject({ manifests: [], problems: [], complete: true });
    },
  );

  it('[manifests L9] tells a root that does not exist, and loads the others (v1 loaded nothing)', async () => {
    const loaded = await load(seven, ['nowhere', 'dir/a.yaml']);
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
    const loaded = await load({
      'a.yaml': object('Deployment', 'x', 'demo'),
      'b.yaml': `${object('Service', 'b')}---\n${object('Deployment', 'x', 'demo')}`,
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
    const twice = `${object('Service', 'x')}---\n${object('Service', 'x')}`;
    expect(messagesOf(await load({ 'a.yaml': twice }))).toEqual([
      expect.stringContaining("duplicate definition of '<cluster>:service/x' (in a.yaml):"),
    ]);
  });

  it('[manifests L12] [daemon 33] tells the scope of kinds whose definitions are in the load', async () => {
    const crd = (version: string, spec: string) =>
      `apiVersion: apiextensions.k8s.io/${version}\nkind: CustomResourceDefinition\nmetadata: {name: ${version}}\nspec: ${spec}\n`;
    const loaded = await load({
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
    Array.from({ length: 20 }, (_, index) => [`f${index}.yaml`, object('Service', `s${index}`)]),
  );

  it('reads all new files at once, and after a commit of one file that file alone', async () => {
    const reader = createMemoryReader();
    const loader = createManifestLoader({ reader });
    await loader.load(reader.commit(files), [], signal);
    expect(reader.reads.map((ids) => ids.length)).toEqual([20]);
    const changed = { ...files, 'f3.yaml': object('Service', 'other') };
    expect(idsOf(await loader.load(reader.commit(changed), [], signal))).toContain('<cluster>:service/other');
    await loader.load(reader.commit(changed), [], signal);
    expect(reader.reads.map((ids) => ids.length)).toEqual([20, 1]);
  });

  it('does not read a file again that has moved', async () => {
    const reader = createMemoryReader();
    const loader = createManifestLoader({ reader });
    await loader.load(reader.commit({ 'a.yaml': object('Service', 'x') }), [], signal);
    const moved = await loader.load(reader.commit({ 'b/c.yaml': object('Service', 'x') }), [], signal);
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
      (_, index) => `# é${index}\n---\n${object('Service', `s${index}`)}  labels: {a: ü}\n`,
    ).join('');
    const loaded = await load({ 'a.yaml': text });
    const bodies = await Promise.all(loaded.manifests.map((manifest) => loaded.body(manifest, signal)));
    expect(bodies.map(({ metadata }) => metadata)).toEqual(
      Array.from({ length: 50 }, (_, index) => ({ name: `s${index}`, labels: { a: 'ü' } })),
    );
  });

  it('keeps the digits of large integers on their way to the API server', async () => {
    const loaded = await load({ 'a.yaml': `${object('X', 'a')}spec: {id: 9007199254740993}\n` });
    const [manifest] = loaded.manifests;
    const body = manifest && (await loaded.body(manifest, signal));
    expect(JSON.stringify(body?.spec)).toBe('{"id":9007199254740993}');
  });

  it('gives others their turn while it parses', async () => {
    const reader = createMemoryReader();
    const revision = reader.commit({
      'a.yaml': `${object('Service', 'x')}---\n# ${'x'.repeat(2000)}\n`.repeat(500),
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
