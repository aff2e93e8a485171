import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { describe, expect, it } from 'vitest';
import { workloadImages } from './workload-images.ts';
import { composeDocument } from './yaml/compose.ts';
import { YamlMap } from './yaml/node.ts';
import { objectOf } from './yaml/to-json.ts';

function read(text: string): JsonObject {
  const { root } = composeDocument(text);
  return root instanceof YamlMap ? objectOf(root) : expect.fail('no mapping');
}

/** The containers in their order, as `name image`. */
function told(text: string): string[] | undefined {
  return workloadImages(read(text))?.map(({ name, image }) => `${name} ${writeImageRef(image)}`);
}

const pod = `{initContainers: [{name: z, image: init}], containers: [{name: b, image: 'x:1'}, {name: a, image: 'y:2'}]}`;

describe('workloadImages', () => {
  it.each([
    { kind: 'Deployment', apiVersion: 'apps/v1' },
    { kind: 'Deployment', apiVersion: 'extensions/v1beta1' },
    { kind: 'DaemonSet', apiVersion: 'apps/v1' },
    { kind: 'StatefulSet', apiVersion: 'apps/v1beta2' },
  ])(
    '4.1 containers first, then init containers, each in order: $apiVersion $kind',
    ({ kind, apiVersion }) => {
      expect(told(`apiVersion: ${apiVersion}\nkind: ${kind}\nspec: {template: {spec: ${pod}}}`)).toEqual([
        'b x:1',
        'a y:2',
        'z init',
      ]);
    },
  );

  it.each(['batch/v1', 'batch/v1beta1', 'batch/v2alpha1'])(
    '4.1 the pods of a CronJob of %s',
    (apiVersion) => {
      const text = `apiVersion: ${apiVersion}\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: ${pod}}}}}`;
      expect(told(text)).toEqual(['b x:1', 'a y:2', 'z init']);
    },
  );

  it('4.1 the images of a HelmRelease by name, chart-image first', () => {
    const values = '{b: {image: b}, B: {image: {repository: B, tag: "1"}}, zz: {image: z}, image: top}';
    expect(told(`kind: HelmRelease\nspec: {values: ${values}}`)).toEqual([
      'chart-image top',
      'B B:1',
      'b b',
      'zz z',
    ]);
  });

  it.each(['Pod', 'Job', 'ReplicaSet', 'FluxHelmRelease', 'deployment', 'DEPLOYMENT', 'List'])(
    '1.2 a %s is no workload',
    (kind) => {
      expect(told(`kind: ${kind}\nspec: {template: {spec: ${pod}}}`)).toBeUndefined();
    },
  );

  it.each([
    { what: 'no spec', text: 'kind: Deployment', images: [] },
    {
      what: 'null',
      text: 'kind: Deployment\nspec: {template: {spec: {containers:, initContainers: ~}}}',
      images: [],
    },
    { what: 'no values', text: 'kind: HelmRelease\nspec: {chart: {image: x}}', images: [] },
    {
      what: 'images that are none, which equal no other',
      text: 'kind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: "a:b:c"}, {name: b}, {name: c, image: 1}]}}}',
      images: ['a ', 'b ', 'c 1'],
    },
    {
      what: 'one name twice',
      text: 'kind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: x}, {name: a, image: z}]}}}',
      images: ['a x', 'a z'],
    },
  ])('4.1 $what', ({ text, images }) => {
    expect(told(text)).toEqual(images);
  });
});
