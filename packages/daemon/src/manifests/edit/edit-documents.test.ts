import { describe, expect, it } from 'vitest';
import { type Diff, inDeployment, indented, mapDiff, readDiff } from '../../../test/fakes/edit-diff.ts';
import { editFile, type ObjectTarget } from './edit-file.ts';

const target: ObjectTarget = { kind: 'Deployment', name: 'app', isNamespace: () => true };

interface Place {
  readonly document?: number;
  readonly kind?: string;
  readonly namespace?: string;
}

/** The image of container `c` becomes another one. */
function setImage(
  text: string,
  image: string,
  { document = 1, kind = 'Deployment', namespace }: Place,
): string {
  const isNamespace = (written: string | undefined) =>
    namespace === undefined || (written ?? 'home') === namespace;
  const edit = { document, target: { ...target, kind, isNamespace }, images: [{ container: 'c', image }] };
  return editFile(text, [edit]);
}

function thereAndBack({ before, after }: Diff, place: Place = {}): void {
  expect(setImage(before, 'x:2', place)).toBe(after);
  expect(setImage(after, 'x:1', place)).toBe(before);
}

const app: Diff = mapDiff(
  readDiff(`
     containers:
     - name: c
    -  image: x:1 # \tkeep
    +  image: x:2 # \tkeep
       env:
       - {name: A, value: "a\tb"}
  `),
  inDeployment,
);

describe('a file as a whole stays as it is', () => {
  it.each<{ n: string; what: string; write: (text: string) => string; document?: number }>([
    { n: '4.5 (31)', what: 'no marker in front', write: (text) => text },
    { n: '4.5 (39)', what: 'CRLF', write: (text) => text.replaceAll('\n', '\r\n') },
    {
      n: '4.5 (39)',
      what: 'CRLF in some lines',
      write: (text) => text.replace(/(spec:|x:\d.*)\n/g, '$1\r\n'),
    },
    { n: '4.5 (39)', what: 'a byte order mark', write: (text) => `\uFEFF${text}` },
    { n: '4.5 (39)', what: 'a byte order mark before ---', write: (text) => `\uFEFF---\r\n${text}` },
    { n: '4.5 (39)', what: 'no newline at the end', write: (text) => text.trimEnd() },
    { n: '4.5 (39)', what: 'blanks at the ends of lines', write: (text) => text.replaceAll('\n', ' \n') },
    { n: '4.5 (39)', what: 'blank lines at the end', write: (text) => `${text}\n \n\n` },
    { n: '4.5 (39)', what: 'a document that is ended by ...', write: (text) => `${text}...\n` },
    { n: '4.5 (39)', what: '... and comments behind it', write: (text) => `${text}... # end\n# more\n` },
    { n: '4.5 (19)', what: 'a trailing ---', write: (text) => `${text}---\n` },
    {
      n: '4.5 (19)',
      what: 'trailing --- and ..., without newline',
      write: (text) => `${text}...\n---\n...\n---`,
    },
    { n: '4.5 (18)', what: 'a directive', write: (text) => `%YAML 1.1\n---\n${text}` },
    {
      n: '4.5 (18)',
      what: 'tag handles',
      write: (text) => `%TAG !e! tag:yaml.org,2002:\n--- !e!map\n${text}`,
    },
    {
      n: '4.5 (30)',
      what: 'a licence before the first ---',
      write: (text) => `# Licence\n#\n\n---\n${text}`,
    },
    { n: '4.5 (20)', what: 'comments all around', write: (text) => `# a\n--- # b\n# c\n${text}# d\n\n# e\n` },
    {
      n: '4.5 (20)',
      what: 'a comment behind metadata:',
      write: (text) => text.replace('metadata:', 'metadata: # whose'),
    },
    {
      n: '4.5 (32)',
      what: 'empty documents before it',
      write: (text) => `---\n---\n# none\n---\n${text}`,
      document: 3,
    },
    { n: '4.5 (32)', what: 'a document without kind', write: (text) => `a: b\n---\n${text}`, document: 2 },
    {
      n: '4.5 (32)',
      what: 'documents that are null',
      write: (text) => `~\n--- null\n---\n${text}`,
      document: 3,
    },
    {
      n: '[manifests E5]',
      what: 'other documents, one of the same name, one with the same containers',
      write: (text) =>
        `kind: Namespace\nmetadata: {name: app}\n--- \n${text}---\nkind: Service\nmetadata: {name: app}\n---\n${app.before}`,
      document: 2,
    },
    {
      n: '4.5 (39)',
      what: 'another document that is broken',
      write: (text) => `{{ if }}\n---\n${text}---\n a: [\n`,
      document: 2,
    },
    {
      n: '4.5 (29)',
      what: 'indented by four spaces',
      write: (text) => text.replaceAll(/^ +/gm, '$&$&').replaceAll('- ', '-   '),
    },
    { n: '4.5 (29)', what: 'all of it indented', write: (text) => indented(text, 3) },
  ])('$n $what', ({ write, document = 1 }) => {
    thereAndBack(mapDiff(app, write), { document });
  });

  it.each([
    { what: 'on one line', space: undefined },
    { what: 'indented by spaces', space: 2 },
    { what: 'indented by tabs', space: '\t' },
  ])('4.5 (41) JSON $what stays JSON', ({ space }) => {
    const file = (image: string) =>
      JSON.stringify(
        {
          kind: 'Deployment',
          metadata: { name: 'app', labels: { 'a/b': 'é\u2028"' } },
          spec: { template: { spec: { containers: [{ name: 'b' }, { name: 'c', image, args: [] }] } } },
        },
        null,
        space,
      );
    thereAndBack({ before: file('x:1'), after: file('x:2') });
  });
});

describe('which object is meant', () => {
  const list = (kind: string) => (text: string) =>
    `apiVersion: v1\nkind: ${kind}\nitems:\n- kind: Service\n  metadata: {name: app}\n- ${indented(text, 2).trimStart()}- null\n- ${indented(
      text.replace('name: app', 'name: other'),
      2,
    ).trimStart()}`;

  it.each(['List', 'DeploymentList', 'ConfigMapList'])('[manifests E5] 4.5 (22) one item of a %s', (kind) => {
    const { before } = mapDiff(app, list(kind));
    const after = before.replace('x:1', 'x:2');
    thereAndBack({ before, after });
  });

  it('4.5 (22) an item of a list in brackets', () => {
    const item = (name: string, image: string) =>
      `{kind: Deployment, metadata: {name: ${name}}, spec: {template: {spec: {containers: [{name: c, image: ${image}}]}}}}`;
    const file = (image: string) => `kind: List\nitems: [${item('a', 'x:1')},\n ${item('app', image)}]\n`;
    thereAndBack({ before: file('x:1'), after: file('x:2') });
  });

  it('[manifests E7] the pods of a CronJob are two levels deeper', () => {
    thereAndBack(
      readDiff(`
         kind: CronJob
         metadata: {name: app}
         spec:
           schedule: '*/5 * * * *'
           jobTemplate:
             spec:
               template:
                 spec:
                   containers:
                   - name: c
        -            image: x:1
        +            image: x:2
      `),
      { kind: 'CronJob' },
    );
  });

  const inNamespace = (namespace: string, tag = '1') =>
    inDeployment(`containers: [{name: c, image: x:${tag}}]\n`).replace(
      'name: app',
      `name: app\n${namespace}`,
    );

  it.each([
    { written: '  namespace: home', namespace: 'home', means: 'as it is written' },
    { written: '', namespace: 'home', means: 'the default, where none is written (v1: the word default)' },
    { written: '  namespace:', namespace: 'home', means: 'the default, where it is null' },
    { written: '  namespace: ""', namespace: 'home', means: 'the default, where it is empty' },
    { written: '  namespace: 123', namespace: '123', means: 'a number' },
    { written: '  namespace: "home"', namespace: 'home', means: 'in quotes' },
  ])('4.5 (21) of one name in several namespaces: $means', ({ written, namespace }) => {
    const others = (tag: string) =>
      `kind: List\nitems:\n${[inNamespace('  namespace: elsewhere'), inNamespace(written, tag)]
        .map((text) => `- ${indented(text, 2).trimStart()}`)
        .join('')}`;
    thereAndBack({ before: others('1'), after: others('2') }, { namespace });
  });

  it('a name that is a number, a kind in another case', () => {
    const file = (tag: string) =>
      inNamespace('', tag).replace('name: app', 'name: 0x10').replace('Depl', 'depl');
    const edit = { ...target, name: '16', kind: 'DEPLOYMENT' };
    expect(
      editFile(file('1'), [{ document: 1, target: edit, images: [{ container: 'c', image: 'x:2' }] }]),
    ).toBe(file('2'));
  });

  it('several objects of several documents at once', () => {
    const file = (a: string, b: string, c: string) =>
      `${inNamespace('', a)}---\nkind: List\nitems:\n${[b, c]
        .map((tag, at) => `- ${indented(inNamespace(`  namespace: n${at}`, tag), 2).trimStart()}`)
        .join('')}`;
    const edits = (images: readonly string[]) =>
      images.map((image, at) => ({
        document: at === 0 ? 1 : 2,
        target: { ...target, isNamespace: (written?: string) => at === 0 || written === `n${at - 1}` },
        images: [{ container: 'c', image: `x:${image}` }],
      }));
    expect(editFile(file('1', '2', '3'), edits(['4', '5', '6']))).toBe(file('4', '5', '6'));
  });
});

describe('what cannot be done is told with its line', () => {
  const two = `# none\n---\n${app.before}`;
  it.each([
    {
      what: 'no such document',
      place: { document: 3 },
      text: two,
      line: undefined,
      message: 'the file has no document 3',
    },
    {
      what: 'another kind',
      place: { kind: 'DaemonSet' },
      text: two,
      line: 1,
      message: 'manifest not found: DaemonSet/app',
    },
    {
      what: 'another namespace',
      place: { namespace: 'x' },
      text: two,
      line: 1,
      message: 'manifest not found: Deployment/app',
    },
    {
      what: 'an item that is not there',
      place: { document: 2 },
      text: 'a: b\n---\nkind: List\nitems:\n',
      line: 2,
      message: 'manifest not found',
    },
    {
      what: 'no such container',
      place: {},
      text: app.before.replace('name: c', 'name: d'),
      line: 1,
      message: 'there is no container "c"',
    },
    { what: 'no YAML', place: {}, text: `${app.before}  bad:\n\t- x\n`, line: 14, message: 'tab' },
    {
      what: 'a template',
      place: {},
      text: app.before.replace('x:1', '{{ .Values.image }}'),
      line: 10,
      message: 'template',
    },
  ])('$what', ({ place, text, line, message }) => {
    expect(() => setImage(text, 'x:2', place)).toThrow(
      expect.objectContaining({ line, message: expect.stringContaining(message), name: 'EditProblem' }),
    );
  });
});
