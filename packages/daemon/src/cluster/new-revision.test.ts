import { describe, expect, it } from 'vitest';
import { newRevision, readRevision, type SeenRevision } from './new-revision.ts';
import type { SeenPod } from './pod-facts.ts';
import type { WorkloadProgress } from './rollout-facts.ts';
import { selectorText } from './workload-progress.ts';

const progress = (revision: string | undefined): WorkloadProgress => ({
  uid: 'web',
  checksum: undefined,
  waits: 'no',
  selector: 'app=web',
  revision,
  isBetweenRevisions: false,
  deadlineSeconds: 600,
  isProbed: false,
  minReadySeconds: 0,
  condition: undefined,
});
const seen = (name: string, owner: string, number: string, hash = ''): SeenRevision => ({
  name,
  uid: `uid-${name}`,
  owner,
  hash,
  number,
  createdAt: '2026-01-01T00:00:00Z',
});
const pod = (name: string, owner: string, revisionHash = '', isLeaving = false): SeenPod => ({
  name,
  owner,
  revisionHash,
  isLeaving,
  isReady: false,
  restarts: 0,
  troubles: [],
});
const names = (facts: ReturnType<typeof newRevision>) =>
  facts && [facts.name, facts.pods.map(({ name }) => name)];

describe('newRevision', () => {
  it('of a Deployment is the ReplicaSet that bears its number, with its own pods', () => {
    const sets = [seen('web-a', 'web', '1'), seen('web-b', 'web', '2'), seen('x', 'another', '2')];
    const pods = [
      pod('p3', 'uid-web-b'),
      pod('p1', 'uid-web-a'),
      pod('p2', 'uid-web-b'),
      pod('p4', 'uid-web-b', '', true),
      pod('p5', 'uid-x'),
    ];
    expect(names(newRevision('deployment', progress('2'), sets, pods))).toEqual(['web-b', ['p2', 'p3']]);
    expect(newRevision('deployment', progress('3'), sets, pods)).toBeUndefined();
  });

  it('of a StatefulSet is the one that its status names', () => {
    const pods = [pod('web-0', 'web', 'web-1'), pod('web-1', 'web', 'web-2'), pod('web-9', 'x', 'web-2')];
    expect(names(newRevision('statefulset', progress('web-2'), [], pods))).toEqual(['web-2', ['web-1']]);
    expect(newRevision('statefulset', progress(undefined), [], pods)).toBeUndefined();
  });

  it('of a DaemonSet is the ControllerRevision with the highest number, which pods name by its hash', () => {
    const all = [
      seen('web-c', 'web', '10', 'c'),
      seen('web-b', 'web', '9', 'b'),
      seen('x', 'another', '11', 'd'),
    ];
    const pods = [pod('p1', 'web', 'b'), pod('p2', 'web', 'c'), pod('p3', 'another', 'c')];
    expect(names(newRevision('daemonset', progress(undefined), all, pods))).toEqual(['web-c', ['p2']]);
  });
});

describe('readRevision', () => {
  it('reads the number of either kind', () => {
    const metadata = {
      name: 'web-a',
      uid: 'u',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [{ uid: 'web', controller: true }],
    };
    const annotations = { 'deployment.kubernetes.io/revision': '7' };
    expect(readRevision({ metadata: { ...metadata, annotations } })).toMatchObject({
      number: '7',
      owner: 'web',
    });
    const labels = { 'controller-revision-hash': 'abc' };
    expect(readRevision({ metadata: { ...metadata, labels }, revision: 3 })).toMatchObject({
      number: '3',
      hash: 'abc',
    });
  });
});

it('selectorText writes every kind of selector as a query has it', () => {
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'env', operator: 'NotIn', values: ['dev'] },
    { key: 'x', operator: 'Exists' },
    { key: 'y', operator: 'DoesNotExist' },
  ];
  expect(selectorText({ matchLabels: { app: 'web' }, matchExpressions })).toBe(
    'app=web,tier in (a,b),env notin (dev),x,!y',
  );
});
