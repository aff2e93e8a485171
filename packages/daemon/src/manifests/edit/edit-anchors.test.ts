import { describe, expect, it } from 'vitest';
import { inDeployment, mapDiff, readDiff } from '../../../test/fakes/edit-diff.ts';
import { editFile, type ObjectTarget } from './edit-file.ts';

const target: ObjectTarget = { kind: 'Deployment', name: 'app', isNamespace: () => true };

function setImages(text: string, containers: string, image = 'x:2'): string {
  const images = containers.split(' ').map((container) => ({ container, image }));
  return editFile(text, [{ document: 1, target, images }]);
}

function annotate(text: string, changes: Readonly<Record<string, string | undefined>>): string {
  return editFile(text, [{ document: 1, target, annotations: new Map(Object.entries(changes)) }]);
}

describe('an image behind an anchor', () => {
  it.each([
    {
      n: '4.5 (16)',
      what: 'changes where it is written when all its users are meant',
      pod: `
         containers:
         - name: c
        -  image: &i x:1 # one for all
        +  image: &i x:2 # one for all
         - name: d
           image: *i
         initContainers:
         - {name: e, image: *i}
      `,
      set: 'c d e',
    },
    {
      n: '4.5 (15)',
      what: 'is no other anchor of the same name',
      pod: `
         containers:
         - name: c
        -  image: &i x:1
        +  image: &i x:2
         - name: d
           image: &i y:1
         - name: e
           image: *i
      `,
      set: 'c',
    },
    {
      n: '4.5 (44)',
      what: 'has a tag beside its anchor',
      pod: `
         containers:
         - name: c
        -  image: &i !!str 'x:1'
        +  image: &i !!str 'x:2'
         - name: d
           image: *i
      `,
      set: 'd c',
    },
    {
      n: '4.5 (16)',
      what: 'stays where a merge brings it: the container gets one of its own',
      pod: `
         containers:
         - &base
           name: a
           image: x:1
         - <<: *base
           name: c
        +  image: x:2
      `,
      set: 'c',
    },
    {
      n: '4.5 (16)',
      what: 'stays where one of several merges brings it',
      pod: `
         containers:
         - &a {name: a, image: x:1}
         - &b {name: b}
        -- {<<: [*b, *a], name: c}
        +- {<<: [*b, *a], name: c, image: x:2}
      `,
      set: 'c',
    },
    {
      n: '4.5 (16)',
      what: 'changes where it comes from when all that merge it are meant',
      pod: `
         containers:
         - &base
           name: a
        -  image: x:1
        +  image: x:2
         - <<: *base
           name: c
      `,
      set: 'c a',
    },
    {
      n: '4.5 (16)',
      what: 'is the merged one where the merge stands behind it, to Kubernetes',
      pod: `
         containers:
         - &base {name: a, image: x:1}
         - image: y:1
           name: c
           <<: *base
           name: c
        +  image: x:2
      `,
      set: 'c',
    },
  ])('$n $what', ({ pod, set }) => {
    const { before, after } = mapDiff(readDiff(pod), inDeployment);
    expect(setImages(before, set)).toBe(after);
  });

  const written = 'Write the value out where it differs, or update all that share it.';
  it.each([
    {
      n: '4.5 (15)',
      what: 'one that is used through an alias',
      pod: ['containers:', '- {name: a, image: &i x:1}', '- {name: c, image: *i}'],
      error: {
        line: 9,
        message: 'shared through anchor &i: spec.template.spec.containers[0].image would change too',
      },
    },
    {
      n: '4.5 (36)',
      what: 'one that others use behind it',
      pod: ['containers:', '- name: c', '  image:', '    &i x:1', '- name: d', '  image: *i'],
      error: {
        line: 11,
        message: 'shared through anchor &i: spec.template.spec.containers[1].image would change too',
      },
    },
    {
      n: '4.5 (36)',
      what: 'one that is used as something else',
      pod: ['containers:', '- name: c', '  image: &i x:1', '  env: [{name: IMAGE, value: *i}]'],
      error: {
        line: 10,
        message: 'shared through anchor &i: spec.template.spec.containers[0].env[0].value would',
      },
    },
    {
      n: '4.5 (16)',
      what: 'one that others merge',
      pod: ['containers:', '- &base', '  name: c', '  image: x:1', '- <<: *base', '  name: d'],
      error: {
        line: 9,
        message: 'shared through anchor &base: spec.template.spec.containers[1].image would change too',
      },
    },
    {
      n: '4.5 (15)',
      what: 'a container that is used twice',
      pod: ['containers:', '- &all {name: c, image: x:1}', 'initContainers: [*all]'],
      error: {
        line: 9,
        message: 'shared through anchor &all: spec.template.spec.initContainers[0].image would change',
      },
    },
    {
      n: '4.5 (15)',
      what: 'a list that is used twice',
      pod: ['containers: &all', '- {name: c, image: x:1}', 'initContainers: *all'],
      error: {
        line: 8,
        message: 'shared through anchor &all: spec.template.spec.initContainers[0].image would change',
      },
    },
  ])('$n refuses $what', ({ pod, error }) => {
    const text = inDeployment(`${pod.join('\n')}\n`);
    expect(() => setImages(text, 'c')).toThrow(
      expect.objectContaining({
        name: 'EditProblem',
        line: error.line,
        message: expect.stringContaining(error.message),
        help: `Nothing was changed. ${written}`,
      }),
    );
  });

  it('refuses two images for one anchor', () => {
    const text = inDeployment('containers:\n- {name: c, image: &i x:1}\n- {name: d, image: *i}\n');
    const images = ['c', 'd'].map((container) => ({ container, image: `x:${container}` }));
    expect(() => editFile(text, [{ document: 1, target, images }])).toThrow(
      expect.objectContaining({
        line: 9,
        message: 'one value would have to be both x:c and x:d: it is shared through anchor &i',
      }),
    );
  });
});

describe('annotations behind an anchor', () => {
  it.each<{ n: string; what: string; diff: string; changes?: Record<string, string | undefined> }>([
    {
      n: '4.5 (35)',
      what: 'an alias gives way to a copy: the labels keep theirs',
      diff: `
         kind: Deployment
         metadata:
           name: app
           labels: &l
             a: b
             c: "1"
        -  annotations: *l # both
        +  annotations: # both
        +    a: b
        +    c: '1'
        +    fluxcd.io/automated: 'true'
         spec: {}
      `,
    },
    {
      n: '4.5 (35)',
      what: 'so it does in brackets',
      diff: `
         kind: Deployment
        -metadata: {name: app, labels: &l {a: b}, annotations: *l}
        +metadata: {name: app, labels: &l {a: b}, annotations: {a: b, fluxcd.io/automated: 'true'}}
      `,
    },
    {
      n: '4.5 (35)',
      what: 'an alias as a value gives way to a text',
      diff: `
         kind: Deployment
         metadata:
           name: app
           labels: {a: &no "false"}
           annotations:
        -    fluxcd.io/automated: *no
        +    fluxcd.io/automated: 'true'
      `,
    },
    {
      n: '4.5 (35)',
      what: 'what a merge brings is overridden',
      diff: `
         kind: Deployment
         base: &base {fluxcd.io/automated: "false"}
         metadata:
           name: app
           annotations:
             <<: *base
        +    fluxcd.io/automated: 'true'
      `,
    },
    {
      n: '4.5 (35)',
      what: 'metadata that a merge brings gets annotations of its own',
      diff: `
         kind: Deployment
         base: &base {name: app, annotations: {a: b}}
         metadata:
           <<: *base
        +  annotations:
        +    a: b
        +    fluxcd.io/automated: 'true'
      `,
    },
    {
      n: '4.5 (35)',
      what: 'an alias goes with the last of what it stands for',
      diff: `
         kind: Deployment
         base: &base {gone: yes}
         metadata:
           name: app
        -  annotations: *base
      `,
      changes: { gone: undefined },
    },
    {
      n: '4.5 (34)',
      what: 'an anchor that holds null',
      diff: `
         kind: Deployment
         metadata:
           name: app
        -  annotations: &a # none
        +  annotations: &a {fluxcd.io/automated: 'true'} # none
      `,
    },
  ])('$n $what', ({ diff, changes = { 'fluxcd.io/automated': 'true' } }) => {
    const { before, after } = readDiff(diff);
    expect(annotate(before, changes)).toBe(after);
  });

  it.each([
    {
      what: 'a change that others would see',
      lines: ['metadata:', '  name: app', '  annotations: &a', '    x: y', 'template: *a'],
      set: { x: 'z' },
      error: { line: 4, message: 'shared through anchor &a: template.x would change too' },
    },
    {
      what: 'an addition that others would see',
      lines: ['metadata:', '  name: app', '  annotations: &a {x: y}', 'template: {annotations: *a}'],
      set: { z: 'z' },
      error: { line: 4, message: 'shared through anchor &a: template.annotations.z would change too' },
    },
    {
      what: 'to take an anchor away that others use',
      lines: ['metadata:', '  name: app', '  annotations:', '    x: &a y', '    z: *a'],
      set: { x: undefined },
      error: { line: 6, message: 'anchor &a, which is used here, would be gone' },
    },
    {
      what: 'to take all annotations away, with an anchor that others use',
      lines: ['metadata:', '  name: app', '  annotations: &a', '    x: y', 'template: {annotations: *a}'],
      set: { x: undefined },
      error: { line: 6, message: 'anchor &a, which is used here, would be gone' },
    },
    {
      what: 'to take away what a merge brings',
      lines: ['base: &a {x: y}', 'metadata:', '  name: app', '  annotations:', '    <<: *a', '    z: z'],
      set: { x: undefined },
      error: { line: 6, message: 'annotation x comes from a map that is merged in' },
    },
  ])('refuses $what', ({ lines, set, error }) => {
    const text = `kind: Deployment\n${lines.join('\n')}\n`;
    expect(() => annotate(text, set)).toThrow(expect.objectContaining({ name: 'EditProblem', ...error }));
  });
});
