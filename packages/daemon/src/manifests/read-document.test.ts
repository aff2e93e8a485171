import { describe, expect, it } from 'vitest';
import { idsOf, loadFiles, manifestOf, messagesOf } from '../../test/fakes/load-files.ts';

const signal = new AbortController().signal;

describe('bad input costs only itself', () => {
  const good = { 'good.yaml': manifestOf('Service', 'good') };

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
    const loaded = await loadFiles({ 'bad.yaml': text, ...good });
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
    const loaded = await loadFiles({
      'bad.yaml': `${manifestOf(kind, 'bad', 'ns')}spec:\n  ${spec}\n`,
      ...good,
    });
    expect(idsOf(loaded)).toEqual(['<cluster>:service/good']);
    expect(loaded.problems).toMatchObject([
      { message: `parsing YAML doc from "bad.yaml": ${field}`, ids: [`ns:${kind.toLowerCase()}/bad`] },
    ]);
    expect(loaded.complete).toBe(true);
  });

  it('lets other kinds look as they like', async () => {
    const loaded = await loadFiles({
      'a.yaml': `${manifestOf('FluxHelmRelease', 'a')}spec:\n  replicas: x\n  template: []\n`,
    });
    expect(loaded).toMatchObject({ problems: [], manifests: [{ name: 'a' }] });
  });

  it('an object without a name', async () => {
    const loaded = await loadFiles({ 'a.yaml': 'kind: Service\n', ...good });
    expect(loaded.problems).toMatchObject([
      { message: expect.stringContaining('metadata.name is missing'), ids: ['<cluster>:service/'] },
    ]);
    expect(loaded.complete).toBe(true);
  });

  it('annotations that are no mapping of texts', async () => {
    const loaded = await loadFiles({ 'a.yaml': `${manifestOf('X', 'a')}  annotations: {a: {}}\n`, ...good });
    expect(messagesOf(loaded)).toEqual([
      'parsing YAML doc from "a.yaml": metadata.annotations must be a mapping of strings',
    ]);
  });

  it('keys that mean something to JavaScript', async () => {
    const loaded = await loadFiles({
      'a.yaml': `${manifestOf('ConfigMap', 'a')}data:\n  __proto__: x\n  constructor: z\n`,
    });
    const [manifest] = loaded.manifests;
    const body = manifest && (await loaded.body(manifest, signal));
    expect(JSON.stringify(body?.data)).toBe('{"__proto__":"x","constructor":"z"}');
  });

  it('a byte order mark, CRLF and UTF-16 are no bad input', async () => {
    const text = manifestOf('Service', 'a').replaceAll('\n', '\r\n');
    const loaded = await loadFiles({
      'bom.yaml': `\uFEFF${text}`,
      'utf16.yaml': Buffer.from(
        `\uFEFF${text.replace('name: a', 'name: b')}---\r\n${manifestOf('Service', 'é')}`,
        'utf16le',
      ),
    });
    expect(loaded.problems).toEqual([]);
    const bodies = await Promise.all(loaded.manifests.map((manifest) => loaded.body(manifest, signal)));
    expect(bodies.map(({ metadata }) => metadata)).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'é' }]);
  });

  it('a text of 1 MB is no bad input', async () => {
    const text = 'x'.repeat(1_000_000);
    const loaded = await loadFiles({ 'a.yaml': `${manifestOf('ConfigMap', 'a')}data:\n  big: ${text}\n` });
    const [manifest] = loaded.manifests;
    expect(manifest && (await loaded.body(manifest, signal)).data).toEqual({ big: text });
  });
});

describe('lists', () => {
  it('[manifests L5] takes a DeploymentList apart', async () => {
    const text =
      'apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- kind: Deployment\n  metadata: {name: a, namespace: ns}\n- kind: Deployment\n  metadata: {name: b, namespace: ns}\n';
    expect(idsOf(await loadFiles({ 'a.yaml': text }))).toEqual(['ns:deployment/a', 'ns:deployment/b']);
  });

  it('[manifests L6] takes a List of several kinds apart; each item has its line, body and checksum', async () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- kind: Deployment\n  metadata:\n    name: a\n\n# the service\n- kind: Service\n  metadata: {name: b}\n`;
    const loaded = await loadFiles({ 'a.yaml': text, 'same.yaml': 'kind: Service\nmetadata: {name: c}\n' });
    expect(idsOf(loaded).slice(0, 2)).toEqual(['<cluster>:deployment/a', '<cluster>:service/b']);
    expect(loaded.manifests.map(({ source }) => source.line)).toEqual([4, 9, 1]);
    const [, service] = loaded.manifests;
    expect(service && (await loaded.body(service, signal))).toEqual({
      kind: 'Service',
      metadata: { name: 'b' },
    });
    const alone = await loadFiles({ 'b.yaml': 'kind: Service\nmetadata: {name: b}\n' });
    expect(service?.checksum).toBe(alone.manifests[0]?.checksum);
  });

  it('finds nothing in an empty list, and says so where it looks like an object', async () => {
    expect(await loadFiles({ 'a.yaml': 'kind: List\nitems: []\n---\nkind: List\n' })).toMatchObject({
      manifests: [],
      problems: [],
    });
    expect(messagesOf(await loadFiles({ 'a.yaml': manifestOf('AllowList', 'mine') }))).toEqual([
      expect.stringContaining('AllowList has a name but no items'),
    ]);
  });

  it('tells items that are no objects, and takes the others (v1 panicked)', async () => {
    const text =
      'kind: List\nitems:\n- null\n- kind: Service\n  metadata: {name: a}\n- metadata: {name: b}\n- text\n- kind: X\n  metadata: {name: c}\n  spec: {a: .inf}\n';
    const loaded = await loadFiles({ 'a.yaml': text });
    expect(idsOf(loaded)).toEqual(['<cluster>:service/a']);
    expect(loaded.problems.map(({ source, ids }) => [source.line, ids.length])).toEqual([
      [3, 0],
      [6, 0],
      [7, 0],
      [10, 1],
    ]);
  });

  it('does not take a list in a list apart', async () => {
    const loaded = await loadFiles({
      'a.yaml': 'kind: List\nitems:\n- kind: List\n  metadata: {name: x}\n  items: []\n',
    });
    expect(idsOf(loaded)).toEqual(['<cluster>:list/x']);
  });
});
