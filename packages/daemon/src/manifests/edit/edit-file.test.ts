import { describe, expect, it } from 'vitest';
import { editFile } from './edit-file.ts';
import type { ImageEdit } from './edit-images.ts';

const target = { kind: 'Deployment', name: 'app', isNamespace: () => true };

function deployment(containers: string, metadata = '  name: app\n'): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n${metadata}spec:\n  template:\n    spec:\n${containers}`;
}

function setImage(text: string, image: string, container = 'c', document = 1): string {
  return editFile(text, [{ document, target, images: [{ container, image }] }]);
}

describe('images', () => {
  it.each([
    { n: 'E1', what: 'a plain image', old: 'image: x:1', new: 'image: x:2' },
    { n: 'E4', what: 'single quotes', old: "image: 'x:1'", new: "image: 'x:2'" },
    { n: '4.5 2', what: 'double quotes', old: 'image: "x:1"', new: 'image: "x:2"' },
    {
      n: 'E3',
      what: 'a comment behind it',
      old: 'image: x:1   # keep  me ',
      new: 'image: x:2   # keep  me ',
    },
    { n: '4.5 6', what: 'a quoted key', old: '"image": x:1', new: '"image": x:2' },
    { n: '4.5 7', what: 'no tag', old: 'image: x', new: 'image: x:2' },
    { n: '4.5 44', what: 'a tag of YAML', old: 'image: !!str x:1', new: 'image: !!str x:2' },
    { n: '4.5 23', what: 'a folded block', old: 'image: >-\n          x:1', new: 'image: >-\n          x:2' },
    {
      n: '4.5 23',
      what: 'a literal block',
      old: 'image: |-\n            x:1\n',
      new: 'image: |-\n            x:2\n',
    },
    { n: '4.5 28', what: 'spaces before', old: 'image:     x:1', new: 'image:     x:2' },
  ])('[manifests $n] $what', ({ old, new: wanted }) => {
    const file = (line: string) =>
      deployment(
        `      containers:\n      - name: c\n        ${line}\n        imagePullPolicy: Never # note\n`,
      );
    expect(setImage(file(old), 'x:2')).toBe(file(wanted));
  });

  it('[manifests E2] an all-digit tag stays plain, there and back', () => {
    const file = (tag: string) => deployment(`      containers:\n      - {name: c, image: x:${tag}}\n`);
    expect(setImage(file('1'), 'x:1234567')).toBe(file('1234567'));
    expect(setImage(file('1234567'), 'x:1')).toBe(file('1'));
  });

  it('[manifests E3] two containers, one with its image first', () => {
    const file = (tag: string) =>
      deployment(
        `      containers:\n      - image: nginx${tag}\n        name: a\n      - name: b\n        image: nginx${tag} # behind\n`,
      );
    const images: ImageEdit[] = ['a', 'b'].map((container) => ({ container, image: 'nginx:1.10-alpine' }));
    expect(editFile(file(''), [{ document: 1, target, images }])).toBe(file(':1.10-alpine'));
  });

  it('[manifests E5] one document of several, and an item of a list', () => {
    const other = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: app\n---\n';
    const file = (tag: string) =>
      other + deployment(`      containers:\n      - name: c\n        image: x:${tag}\n`);
    expect(setImage(file('1'), 'x:2', 'c', 2)).toBe(file('2'));
    const list = (tag: string) =>
      `kind: List\nitems:\n- kind: Service\n  metadata: {name: app}\n- ${deployment(`      containers:\n      - name: c\n        image: x:${tag}\n`).trimEnd().replaceAll('\n', '\n  ')}\n`;
    expect(setImage(list('1'), 'x:2')).toBe(list('2'));
  });

  it.each([
    {
      what: 'CRLF',
      text: (tag: string) =>
        deployment(`      containers:\n      - name: c\n        image: x:${tag}\n`).replaceAll('\n', '\r\n'),
    },
    {
      what: 'a byte order mark',
      text: (tag: string) =>
        `\uFEFF${deployment(`      containers:\n      - name: c\n        image: x:${tag}\n`)}`,
    },
    {
      what: 'no newline at the end',
      text: (tag: string) => deployment(`      containers:\n      - name: c\n        image: x:${tag}`),
    },
    {
      what: 'a licence before the first ---',
      text: (tag: string) =>
        `# licence\n\n---\n${deployment(`      containers:\n      - name: c\n        image: x:${tag}\n`)}`,
    },
    {
      what: 'trailing --- and ...',
      text: (tag: string) =>
        `${deployment(`      containers:\n      - name: c\n        image: x:${tag}\n`)}...\n---\n`,
    },
    {
      what: 'JSON',
      text: (tag: string) =>
        `{"kind":"Deployment","metadata":{"name":"app"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"x:${tag}"}]}}}}\n`,
    },
    {
      what: 'flow style',
      text: (tag: string) =>
        deployment(`      containers: [{name: c, image: x:${tag}}, {name: d, image: x:1}]\n`),
    },
    {
      what: 'a CronJob',
      kind: 'CronJob',
      text: (tag: string) =>
        `kind: CronJob\nmetadata:\n  name: app\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n          - name: c\n            image: x:${tag}\n`,
    },
    {
      what: 'init containers only',
      text: (tag: string) =>
        deployment(`      containers:\n      initContainers:\n      - name: c\n        image: x:${tag}\n`),
    },
    {
      what: 'tabs in a comment, odd order, yes and 0644',
      text: (tag: string) =>
        deployment(
          `      containers:\n      - ports: []\t#\tx\n        image: x:${tag}\n        a: yes\n        b: 0644\n        name: c\n`,
        ),
    },
  ])('leaves every other byte alone: $what', ({ text, kind = 'Deployment' }) => {
    const edit = { document: 1, target: { ...target, kind }, images: [{ container: 'c', image: 'x:2' }] };
    expect(editFile(text('1'), [edit])).toBe(text('2'));
  });

  it('[manifests 4.5 14] [manifests 4.5 16] a container without an image of its own gets one', () => {
    const file = (line: string) =>
      deployment(
        `      containers:\n      - name: c\n        args: [a]\n${line}      - name: d\n        image: y:1\n`,
      );
    expect(setImage(file(''), 'x:2')).toBe(file('        image: x:2\n'));
  });

  it('changes an anchored image when all that share it are meant, and else says why not', () => {
    const file = (tag: string) =>
      deployment(
        `      containers:\n      - name: c\n        image: &i x:${tag}\n      - name: d\n        image: *i\n`,
      );
    const both = ['c', 'd'].map((container) => ({ container, image: 'x:2' }));
    expect(editFile(file('1'), [{ document: 1, target, images: both }])).toBe(file('2'));
    expect(() => setImage(file('1'), 'x:2')).toThrow('shared through anchor &i');
    expect(() => setImage(file('1'), 'x:2', 'd')).toThrow('shared through anchor &i');
  });

  it('names what is not there', () => {
    expect(() => setImage(deployment('      containers: []\n'), 'x:2')).toThrow('there is no container "c"');
    expect(() => setImage('kind: Service\n', 'x:2')).toThrow('manifest not found: Deployment/app');
  });
});

describe('annotations', () => {
  const file = (annotations: string, more = '') =>
    `kind: Deployment\nmetadata:\n  name: app\n${annotations}${more}spec: {}\n`;
  const edit = (text: string, changes: Record<string, string | undefined>) =>
    editFile(text, [{ document: 1, target, annotations: new Map(Object.entries(changes)) }]);
  const automated = { 'fluxcd.io/automated': 'true' };

  it.each([
    {
      n: 'P1',
      before: "  annotations:\n    prometheus.io/scrape: 'false'\n",
      after: "  annotations:\n    prometheus.io/scrape: 'false'\n    fluxcd.io/automated: 'true'\n",
    },
    { n: 'P3', before: '', after: "  annotations:\n    fluxcd.io/automated: 'true'\n" },
    { n: '4.5 34', before: '  annotations:\n', after: "  annotations:\n    fluxcd.io/automated: 'true'\n" },
    { n: '4.5 25', before: '  annotations: {}\n', after: "  annotations: {fluxcd.io/automated: 'true'}\n" },
    {
      n: '4.5 25',
      before: '  annotations: {a: "b"}\n',
      after: '  annotations: {a: "b", fluxcd.io/automated: "true"}\n',
    },
    {
      n: '4.5 25',
      before: '  annotations:\n     a: "b" # x\n',
      after: '  annotations:\n     a: "b" # x\n     fluxcd.io/automated: "true"\n',
    },
    {
      n: '4.5 29',
      before: '  labels:\n      a: b\n',
      after: "  labels:\n      a: b\n  annotations:\n      fluxcd.io/automated: 'true'\n",
    },
  ])('[manifests $n] adds in the style of the neighbours', ({ before, after }) => {
    expect(edit(file(before), automated)).toBe(file(after));
    expect(edit(file(before, '  namespace: x\n'), automated)).toContain('automated');
  });

  it.each([
    { n: 'P6', before: '  annotations:\n    fluxcd.io/automated: true\n', after: '' },
    {
      n: '4.5 38',
      before: "  annotations:\n    # above\n    fluxcd.io/automated: 'true' # at\n    # below\n    a: b\n",
      after: '  annotations:\n    # above\n    # below\n    a: b\n',
    },
    {
      n: 'P8',
      before: '  annotations:\n    fluxcd.io/automated: |-\n      one\n\n      two\n    a: b\n',
      after: '  annotations:\n    a: b\n',
    },
    { n: 'P7', before: '  annotations:\n    a: b\n', after: '  annotations:\n    a: b\n' },
    {
      n: '4.5 25',
      before: '  annotations: {fluxcd.io/automated: "true", a: b}\n',
      after: '  annotations: {a: b}\n',
    },
    {
      n: '4.5 25',
      before: '  annotations: {a: b, fluxcd.io/automated: "true"}\n',
      after: '  annotations: {a: b}\n',
    },
  ])('[manifests $n] takes away, and nothing beside it', ({ before, after }) => {
    expect(edit(file(before), { 'fluxcd.io/automated': undefined })).toBe(file(after));
  });

  it.each(['glob:*', 'foo', 'semver:*', 'regexp:(.*?)', 'semver:>=1.0, <2', "it's: #1"])(
    '[manifests P9] [manifests P14] writes %s so that it reads as itself',
    (value) => {
      const edited = edit(file('  annotations:\n    a: b\n'), { 'fluxcd.io/tag.c': value });
      expect(edit(edited, { 'fluxcd.io/tag.c': undefined })).toBe(file('  annotations:\n    a: b\n'));
    },
  );

  it('replaces an unquoted boolean by a string', () => {
    expect(edit(file('  annotations:\n    fluxcd.io/automated: false\n'), automated)).toBe(
      file("  annotations:\n    fluxcd.io/automated: 'true'\n"),
    );
  });
});
