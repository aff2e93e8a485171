import { describe, expect, it } from 'vitest';
import { inDeployment, mapDiff, readDiff } from '../../../test/fakes/edit-diff.ts';
import { editFile } from './edit-file.ts';

const target = { kind: 'Deployment', name: 'app', isNamespace: () => true };
const old = 'x:1';
const next = 'x:2';

/** Sets images of the containers that are named. */
function setImages(text: string, images: Readonly<Record<string, string>>): string {
  const edits = Object.entries(images).map(([container, image]) => ({ container, image }));
  return editFile(text, [{ document: 1, target, images: edits }]);
}

/** From `x:1` to `x:2` in container `c`, and back. */
function thereAndBack(podSpec: string): void {
  const { before, after } = mapDiff(readDiff(podSpec), inDeployment);
  expect(setImages(before, { c: next })).toBe(after);
  expect(setImages(after, { c: old })).toBe(before);
}

describe('the scalar changes, and no byte beside it', () => {
  it.each([
    {
      n: '[manifests E1] 4.5 (1)',
      what: 'a plain image',
      pod: `
         containers:
         - name: c
        -  image: x:1
        +  image: x:2
           imagePullPolicy: Never # note
      `,
    },
    {
      n: '[manifests E4] 4.5 (2)',
      what: 'single quotes',
      pod: `
         containers:
         - name: c
        -  image: 'x:1'
        +  image: 'x:2'
      `,
    },
    {
      n: '4.5 (2)',
      what: 'double quotes',
      pod: `
         containers:
         - name: c
        -  image: "x:1"
        +  image: "x:2"
      `,
    },
    {
      n: '4.5 (3)',
      what: 'a comment behind it, with its distance and its tabs',
      pod: `
         containers:
         - name: c
        -  image: x:1   #\tkeep  me ✔
        +  image: x:2   #\tkeep  me ✔
      `,
    },
    {
      n: '4.5 (3)',
      what: 'comments on lines of their own, indented as they like',
      pod: `
         containers:
         # first
         - name: c
               # above
        -  image: x:1
        +  image: x:2
         # below
           args: []
      `,
    },
    {
      n: '4.5 (4)',
      what: 'the image as first key of its item',
      pod: `
         containers:
        -- image: x:1
        +- image: x:2
           name: c
      `,
    },
    {
      n: '4.5 (5)',
      what: 'an odd order of keys',
      pod: `
         containers:
         - ports: [{containerPort: 80}]
        -  image: x:1
        +  image: x:2
           name: c
      `,
    },
    {
      n: '4.5 (6)',
      what: 'quoted keys',
      pod: `
         "containers":
         - 'name': "c"
        -  "image": x:1
        +  "image": x:2
      `,
    },
    {
      n: '4.5 (11)',
      what: 'the same image in another container',
      pod: `
         containers:
         - name: a
           image: x:1
         - name: c
        -  image: x:1
        +  image: x:2
         initContainers:
         - name: z
           image: x:1
      `,
    },
    {
      n: '4.5 (11)',
      what: 'the same text in a comment, in a block text and at the begin of another',
      pod: `
         # image: x:1
         containers:
         - name: a
           image: x:1-slim
           command:
           - |
             image: x:1
         - name: c
        -  image: x:1
        +  image: x:2
      `,
    },
    {
      n: '4.5 (11)',
      what: 'another key with such a value elsewhere',
      pod: `
         containers:
         - name: c
        -  image: "x:1"
        +  image: "x:2"
           env:
           - name: IMAGE
             value: x:1
      `,
    },
    {
      n: '4.5 (12)',
      what: 'of several containers with one name the first, containers before init containers',
      pod: `
         initContainers:
         - name: c
           image: x:1
         containers:
         - name: c
        -  image: x:1
        +  image: x:2
         - name: c
           image: x:1
      `,
    },
    {
      n: '4.5 (13)',
      what: 'init containers only',
      pod: `
         initContainers:
         - name: c
        -  image: x:1
        +  image: x:2
      `,
    },
    {
      n: '4.5 (33)',
      what: 'containers without a value',
      pod: `
         containers:
         initContainers:
         - name: c
        -  image: x:1
        +  image: x:2
      `,
    },
    {
      n: '4.5 (33)',
      what: 'init containers that are null',
      pod: `
         initContainers: ~
         containers:
         - name: c
        -  image: x:1
        +  image: x:2
      `,
    },
    {
      n: '4.5 (17)',
      what: 'flow style',
      pod: `
        -containers: [{name: a, image: x:1}, {name: c, image: "x:1"}] # both
        +containers: [{name: a, image: x:1}, {name: c, image: "x:2"}] # both
      `,
    },
    {
      n: '4.5 (17)',
      what: 'flow style in a block sequence, spaces as they are',
      pod: `
         containers:
        -- { image:   x:1 ,name: c }
        +- { image:   x:2 ,name: c }
      `,
    },
    {
      n: '4.5 (17)',
      what: 'brackets over several lines, closed below the key, with comments inside',
      pod: `
         containers: [
           {name: c, # {image: x:1}
        -  "image":x:1} # ]
        +  "image":x:2} # ]
         ]
      `,
    },
    {
      n: '4.5 (23)',
      what: 'a folded block',
      pod: `
         containers:
         - name: c
           image: >-   # folded
        -      x:1
        +      x:2

           args: []
      `,
    },
    {
      n: '4.5 (23)',
      what: 'a literal block, with an indent that is told',
      pod: `
         containers:
         - image: |2-
        -    x:1
        +    x:2
           name: c
      `,
    },
    {
      n: '4.5 (28)',
      what: 'many spaces before it, and tabs and spaces behind it',
      pod: `
         containers:
         - name: c
        -  image:      x:1 \t
        +  image:      x:2 \t
      `,
    },
    {
      n: '4.5 (29)',
      what: 'a sequence that is indented, and its items by three',
      pod: `
         containers:
             -   name: c
        -        image: x:1
        +        image: x:2
      `,
    },
    {
      n: '4.5 (29)',
      what: 'a dash on a line of its own',
      pod: `
         containers:
         -
           name: c
        -  image: x:1
        +  image: x:2
      `,
    },
    {
      n: '4.5 (24)',
      what: 'other scalars that a writer of YAML would write anew',
      pod: `
         containers:
         - {mode: 0644, version: 1.10, hex: 0x1F, on: yes, sum: 1_000, day: 2020-01-01, time: 22:22, e: 1e3}
         - name: c
        -  image: x:1
        +  image: x:2
      `,
    },
    {
      n: '4.5 (40)',
      what: 'text and sequences past 80 columns',
      pod: `
         containers:
         - args: [--one=aaaaaaaaaaaaaaaaaaaaaaaaaaaa, --two=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, --three=cccccccccccc]
           command: ["sh", "-c", "while true; do echo a very long line of text that goes on and on and on; done"]
           description: a very long line of plain text that goes on and on and on, past the eightieth column of it
           name: c
        -  image: x:1
        +  image: x:2
      `,
    },
    {
      n: '4.5 (42)',
      what: 'escapes, emoji, and words for true and null',
      pod: `
         containers:
         - env: [{name: "\\u00e9\\U0001F600\\x41", value: "😀 \\
             é"}, {name: ~, value: True}, {name: null, value: Null}]
        -  image: x:1
        +  image: x:2
           name: c
      `,
    },
    {
      n: '4.5 (43)',
      what: 'a tab inside of a plain scalar',
      pod: `
         containers:
         - args: [a\tb]
           workingDir: a\tb
        -  image: x:1
        +  image: x:2
           name: c
      `,
    },
    {
      n: '4.5 (43)',
      what: 'of duplicate keys the last, which counts',
      pod: `
         containers:
         - name: c
           image: y:1
        -  image: x:1
        +  image: x:2
           name: c
      `,
    },
    {
      n: '4.5 (44)',
      what: 'question marks before keys',
      pod: `
         ? containers
         : - ? name
             : c
             ? image
        -    : x:1
        +    : x:2
      `,
    },
    {
      n: '4.5 (44)',
      what: 'a tag of YAML',
      pod: `
         containers:
         - !!map
           name: !!str c
        -  image: !!str x:1
        +  image: !!str x:2
      `,
    },
    {
      n: '4.5 (44)',
      what: 'a tag and an anchor that nobody uses',
      pod: `
         containers:
         - name: c
        -  image: &i !!str "x:1"
        +  image: &i !!str "x:2"
      `,
    },
    {
      n: '2.1',
      what: 'a value on the line below its key',
      pod: `
         containers:
         - name: c
           image:
             # which one
        -    x:1 # this
        +    x:2 # this
      `,
    },
  ])('$n $what', ({ pod }) => thereAndBack(pod));
});

describe('references', () => {
  const long = `registry.example.com:5000/${'very/'.repeat(60)}long`;
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  it.each([
    { n: '[manifests E2] 4.5 (9)', what: 'an all-digit tag', from: 'x:1', to: 'x:1234567' },
    { n: '4.5 (7)', what: 'an image without a tag', from: 'x', to: 'x:1.10' },
    { n: '4.5 (8)', what: 'a host with a port', from: 'localhost:5000/a/x:1', to: 'localhost:5000/a/x:2' },
    {
      n: '4.5 (8)',
      what: 'a digest',
      from: `h:5000/a/x@${digest}`,
      to: `h:5000/a/x@${digest.replace('0', 'f')}`,
    },
    { n: '4.3 (4)', what: 'tag and digest', from: `x:1@${digest}`, to: `x:2@${digest.replace('0', 'f')}` },
    {
      n: '4.5 (28)',
      what: 'a very long reference, never folded',
      from: `${long}:1`,
      to: `${long}:2@${digest}`,
    },
  ])('$n $what, in every style', ({ from, to }) => {
    for (const write of styles) {
      const file = (image: string) =>
        inDeployment(`containers:\n- name: c\n  image: ${write(image)}\n  args: []\n`);
      expect(setImages(file(from), { c: to })).toBe(file(to));
      if (to.includes('@') === from.includes('@')) expect(setImages(file(to), { c: from })).toBe(file(from));
    }
  });

  const styles: readonly ((image: string) => string)[] = [
    (image) => image,
    (image) => `'${image}'`,
    (image) => `"${image}"`,
    (image) => `>-\n    ${image}`,
    (image) => `|-\n    ${image}`,
    (image) => `!!str ${image}`,
  ];
});

describe('several at once, and what is missing', () => {
  it.each([
    {
      n: '[manifests E3]',
      what: 'two containers, one with its image first and a comment behind it',
      pod: `
         containers:
        -- image: nginx # web
        +- image: nginx:1.10-alpine # web
           name: a
         - name: b
        -  image: nginx
        +  image: nginx:1.10-alpine
           args: []
      `,
      images: { a: 'nginx:1.10-alpine', b: 'nginx:1.10-alpine' },
    },
    {
      n: '[manifests E4] 4.5 (13)',
      what: 'containers and init containers, single quotes',
      pod: `
         initContainers:
         - name: weave-init
        -  image: 'weaveworks/weave-kube:2.2.0'
        +  image: 'weaveworks/weave-kube:2.2.1'
         containers:
         - name: weave
        -  image: 'weaveworks/weave-kube:2.2.0'
        +  image: 'weaveworks/weave-kube:2.2.1'
         - name: weave-npc
           image: 'weaveworks/weave-npc:2.2.0'
      `,
      images: { weave: 'weaveworks/weave-kube:2.2.1', 'weave-init': 'weaveworks/weave-kube:2.2.1' },
    },
    {
      n: '4.5 (14)',
      what: 'a container without an image gets one, behind its other keys',
      pod: `
         containers:
         - name: c
           args: [a] # last
        +  image: x:2
         # about d
         - name: d
           image: y:1
      `,
      images: { c: 'x:2' },
    },
    {
      n: '4.5 (14)',
      what: 'in the quotes of its neighbours',
      pod: `
         containers:
        -- {"name": "c", "args": ["a"]}
        +- {"name": "c", "args": ["a"], "image": "x:2"}
      `,
      images: { c: 'x:2' },
    },
    {
      n: '4.5 (14)',
      what: 'behind a block text',
      pod: `
         containers:
         - name: c
           command: |
             true
        +  image: x:2

         - name: d
      `,
      images: { c: 'x:2' },
    },
    {
      n: '4.5 (14)',
      what: 'an image without a value',
      pod: `
         containers:
         - name: c
        -  image: # to come
        +  image: x:2 # to come
         - name: d
        -  image: ""
        +  image: "y:2"
         - name: e
        -  image: ~
        +  image: z:2
      `,
      images: { c: 'x:2', d: 'y:2', e: 'z:2' },
    },
    {
      n: '4.5 (14)',
      what: 'nothing, where the image is there already',
      pod: `
         containers:
         - {name: c, image: "x\\u003a2"}
      `,
      images: { c: 'x:2' },
    },
  ])('$n $what', ({ pod, images }) => {
    const { before, after } = mapDiff(readDiff(pod), inDeployment);
    expect(setImages(before, images)).toBe(after);
  });
});
