import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { expect, it } from 'vitest';
import { autoReleaseMessage, containersReleaseMessage, imageReleaseMessage } from './commit-message.ts';

const nobody = { Message: '', User: '' };
const [a, b] = ['default:deployment/a', 'default:deployment/b'];

function success(...targets: string[]): WorkloadResult {
  return {
    Status: 'success',
    PerContainer: targets.map((Target) => ({ Container: 'c', Current: 'x:0', Target })),
  };
}

it.each([
  { services: ['<all>'], image: '<all latest>', message: 'Release all latest to all' },
  { services: [a, b], image: 'quay.io/o/x:2', message: `Release quay.io/o/x:2 to ${a}, ${b}` },
  { services: ['<cluster>:deployment/a'], image: 'x:2', message: 'Release x:2 to <cluster>:deployment/a' },
])('[manifests 5.5] image: $message', ({ services, image, message }) => {
  const spec = {
    ServiceSpecs: services,
    ImageSpec: image,
    Kind: 'execute',
    Excludes: null,
    Force: false,
  } as const;
  expect(imageReleaseMessage(spec, nobody)).toBe(message);
  expect(imageReleaseMessage(spec, { Message: 'ship it', User: '' })).toBe('ship it');
});

it.each([
  { results: { [a]: success('x:2', 'y:2') }, message: `Update image refs in ${a}\n\n${a}\n- x:2\n- y:2\n` },
  {
    results: {
      [b]: success('y:2'),
      [a]: success('x:2'),
      c: { Status: 'skipped', PerContainer: null } as const,
    },
    message: `Update image refs in ${a}, ${b}\n\n${a}\n- x:2\n\n${b}\n- y:2\n`,
  },
  {
    results: { [a]: success('x:2'), [b]: { Status: 'failed', Error: 'no', PerContainer: null } as const },
    message: `Update image refs in ${a}\n\n${a}\n- x:2\n\n${b} failed: no\n`,
  },
])('[manifests 5.5] containers: $message', ({ results, message }) => {
  expect(containersReleaseMessage(results, nobody)).toBe(message);
});

it.each([
  { results: {}, message: 'Auto-release (no images)' },
  { results: { [a]: success('x:2'), [b]: success('x:2') }, message: 'Auto-release x:2' },
  {
    results: { [a]: success('y:2', 'x:2') },
    message: 'Auto-release multiple (2) images\n\n - x:2\n - y:2\n',
  },
])('[manifests 5.5] automated: $message', ({ results, message }) => {
  expect(autoReleaseMessage(results)).toBe(message);
});

it('[manifests C20] lists many images as texts are sorted', () => {
  const images = Array.from({ length: 11 }, (_, i) => `x:v${i + 1}`);
  const message = autoReleaseMessage({ [a]: success(...images) });
  expect(message.split('\n')[0]).toBe('Auto-release multiple (11) images');
  expect(message.match(/v\d+/g)).toEqual([
    'v1',
    'v10',
    'v11',
    'v2',
    'v3',
    'v4',
    'v5',
    'v6',
    'v7',
    'v8',
    'v9',
  ]);
});
