import type { JsonObject } from '@fluxctl/shared/kube-object';
import { describe, expect, it } from 'vitest';
import { kubeletWords, readPod } from './pod-facts.ts';

const pod = (status: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  metadata: {
    name: 'web-5d8f9-x2k4p',
    labels: { 'controller-revision-hash': 'web-7c' },
    ownerReferences: [
      { uid: 'other', kind: 'X' },
      { uid: 'rs-1', controller: true },
    ],
    ...metadata,
  },
  status,
});
const container = (state: JsonObject, more: JsonObject = {}): JsonObject => ({
  name: 'app',
  restartCount: 0,
  ready: false,
  state,
  lastState: {},
  ...more,
});
const waiting = (reason: string, message = ''): JsonObject => ({ waiting: { reason, message } });
const ended = (exitCode: number, reason: string, message = ''): JsonObject => ({
  terminated: { exitCode, reason, message },
});
const pull = 'failed to pull and unpack image "quay.io/o/app:2": quay.io/o/app:2: not found';

describe('readPod', () => {
  it.each<[string, JsonObject, string, string]>([
    ['a pull', container(waiting('ErrImagePull', pull)), 'pull', `ErrImagePull: ${pull}`],
    [
      'a pull that waits',
      container(waiting('ImagePullBackOff', 'Back-off')),
      'pull',
      'ImagePullBackOff: Back-off',
    ],
    ['a name', container(waiting('InvalidImageName', 'bad')), 'bad-name', 'InvalidImageName: bad'],
    [
      'a crash loop',
      container(waiting('CrashLoopBackOff', 'back-off 40s restarting failed container=app'), {
        restartCount: 3,
        lastState: ended(2, 'Error', 'password=hunter2'),
      }),
      'crash',
      'CrashLoopBackOff after 3 restarts: it ended with exit code 2',
    ],
    [
      'memory',
      container(waiting('CrashLoopBackOff'), { restartCount: 1, lastState: ended(137, 'OOMKilled') }),
      'crash',
      'CrashLoopBackOff after 1 restart: it ended with exit code 137 (OOMKilled)',
    ],
    [
      'a program that is not there',
      container(waiting('CrashLoopBackOff'), {
        restartCount: 4,
        lastState: ended(128, 'StartError', 'exec: "/app":\n no such file'),
      }),
      'crash',
      'CrashLoopBackOff after 4 restarts: it ended with exit code 128 (StartError): exec: "/app": no such file',
    ],
    [
      'a Secret that is missing',
      container(waiting('CreateContainerConfigError', 'secret "db" not found')),
      'config',
      'CreateContainerConfigError: secret "db" not found',
    ],
    ['the first end', container(ended(1, 'Error')), 'ended', 'it ended with exit code 1'],
    ['a probe', container({ running: {} }), 'not-ready', 'it runs, but is not ready'],
  ])('tells of %s', (_, status, kind, words) => {
    expect(readPod(pod({ containerStatuses: [status] })).troubles).toEqual([
      { kind, container: 'app', restarts: status['restartCount'], words },
    ]);
  });

  it('tells of init containers too, and finds nothing wrong with one that runs or has ended', () => {
    const status = {
      initContainerStatuses: [
        container({ running: {} }),
        container(ended(0, 'Completed')),
        container(waiting('CrashLoopBackOff'), { name: 'migrate', restartCount: 5 }),
      ],
      containerStatuses: [container(waiting('PodInitializing'))],
    };
    expect(readPod(pod(status))).toMatchObject({
      restarts: 5,
      troubles: [{ kind: 'crash', container: 'migrate' }],
    });
  });

  it('tells of a pod that fits nowhere', () => {
    const message = '0/3 nodes are available: 3 Insufficient cpu.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    expect(readPod(pod({ conditions })).troubles).toEqual([
      { kind: 'unschedulable', container: '', restarts: 0, words: message },
    ]);
  });

  it('knows whose it is, whether it is ready, and whether it is on its way out', () => {
    const conditions = [{ type: 'Ready', status: 'True' }];
    expect(readPod(pod({ conditions, phase: 'Running' }))).toEqual({
      name: 'web-5d8f9-x2k4p',
      owner: 'rs-1',
      revisionHash: 'web-7c',
      isLeaving: false,
      isReady: true,
      restarts: 0,
      troubles: [],
    });
    expect(readPod(pod({}, { deletionTimestamp: '2026-01-01T00:00:00Z' })).isLeaving).toBe(true);
    expect(readPod(pod({ phase: 'Failed', reason: 'Evicted' })).isLeaving).toBe(true);
  });
});

describe('kubeletWords', () => {
  it.each([
    ['a\n  b', 'a b'],
    ['pull https://user:pa55@r.io/v2/: denied', 'pull https://r.io/v2/: denied'],
    ['Get "https://r.io/blob?sig=abc&se=1": 403', 'Get "https://r.io/blob": 403'],
    ['authorization: Bearer eyJhbGciOi.x.y refused', 'authorization: Bearer … refused'],
    ['x'.repeat(400), `${'x'.repeat(300)} …`],
  ])('%j becomes %j', (text, words) => {
    expect(kubeletWords(text)).toBe(words);
  });
});
