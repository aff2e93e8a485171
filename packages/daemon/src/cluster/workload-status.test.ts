import { expect, it } from 'vitest';
import { type RolloutSource, type WorkloadKind, workloadStatus } from './workload-status.ts';

const seen = { observedGeneration: 3 };

it.each<{
  what: string;
  kind: WorkloadKind;
  spec?: RolloutSource['spec'];
  status?: RolloutSource['status'];
  expected: string;
  rollout: readonly [desired: number, updated: number, ready: number, available: number, outdated: number];
}>([
  {
    what: 'not seen by its controller',
    kind: 'deployment',
    spec: { replicas: 2 },
    status: {
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    },
    expected: 'started',
    rollout: [2, 2, 2, 2, 0],
  },
  {
    what: 'rolled out',
    kind: 'deployment',
    spec: { replicas: 2 },
    status: { ...seen, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
    expected: 'ready',
    rollout: [2, 2, 2, 2, 0],
  },
  {
    what: 'with old pods left',
    kind: 'deployment',
    spec: { replicas: 2 },
    status: { ...seen, replicas: 3, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 2 },
    expected: 'updating',
    rollout: [2, 2, 3, 2, 1],
  },
  {
    what: 'scaled to nothing',
    kind: 'deployment',
    spec: { replicas: 0 },
    status: seen,
    expected: 'ready',
    rollout: [0, 0, 0, 0, 0],
  },
  {
    what: 'on two nodes of three',
    kind: 'daemonset',
    status: {
      ...seen,
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 2,
      currentNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
    },
    expected: 'updating',
    rollout: [3, 2, 3, 3, 1],
  },
  {
    what: 'on all nodes',
    kind: 'daemonset',
    status: {
      ...seen,
      desiredNumberScheduled: 1,
      updatedNumberScheduled: 1,
      currentNumberScheduled: 1,
      numberReady: 1,
      numberAvailable: 1,
    },
    expected: 'ready',
    rollout: [1, 1, 1, 1, 0],
  },
  {
    what: 'rolled out to its partition',
    kind: 'statefulset',
    spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
    status: {
      ...seen,
      currentRevision: 'a',
      updateRevision: 'b',
      updatedReplicas: 1,
      currentReplicas: 2,
      readyReplicas: 3,
    },
    expected: 'ready',
    rollout: [1, 1, 3, 3, 0],
  },
  {
    what: 'not rolling',
    kind: 'statefulset',
    spec: { replicas: 2 },
    status: {
      ...seen,
      currentRevision: 'a',
      updateRevision: 'a',
      updatedReplicas: 0,
      currentReplicas: 2,
      readyReplicas: 2,
    },
    expected: 'ready',
    rollout: [2, 2, 2, 2, 0],
  },
  {
    what: 'one pod not ready',
    kind: 'statefulset',
    spec: { replicas: 2 },
    status: { ...seen, currentRevision: 'a', updateRevision: 'a', currentReplicas: 2, readyReplicas: 1 },
    expected: 'updating',
    rollout: [2, 2, 1, 1, 0],
  },
  {
    what: 'a partition beyond its replicas',
    kind: 'statefulset',
    spec: { replicas: 1, updateStrategy: { rollingUpdate: { partition: 5 } } },
    status: { ...seen, currentRevision: 'a', updateRevision: 'a', currentReplicas: 1, readyReplicas: 1 },
    expected: 'updating',
    rollout: [0, 1, 1, 1, -1],
  },
  { what: 'always ready', kind: 'cronjob', expected: 'ready', rollout: [0, 0, 0, 0, 0] },
  {
    what: 'as it says',
    kind: 'helmrelease',
    status: { releaseStatus: 'deployed' },
    expected: 'deployed',
    rollout: [0, 0, 0, 0, 0],
  },
  { what: 'silent', kind: 'helmrelease', expected: '', rollout: [0, 0, 0, 0, 0] },
])('[daemon 16] $kind $what: $expected', ({ kind, spec, status, expected, rollout }) => {
  const source = { metadata: { generation: 3 }, ...(spec ? { spec } : {}), ...(status ? { status } : {}) };
  const told = workloadStatus(kind, source);
  const { Desired, Updated, Ready, Available, Outdated } = told.rollout;
  expect([told.status, [Desired, Updated, Ready, Available, Outdated]]).toEqual([expected, rollout]);
});

it('tells what a deployment complains of', () => {
  const conditions = [
    { type: 'Progressing', status: 'False', message: 'deadline exceeded' },
    { type: 'Available', status: 'False', message: 'not told' },
    { type: 'ReplicaFailure', status: 'True', message: 'quota' },
  ];
  const { status, rollout } = workloadStatus('deployment', {
    metadata: { generation: 1 },
    status: { observedGeneration: 1, conditions },
  });
  expect([status, rollout.Messages]).toEqual(['error', ['deadline exceeded', 'quota']]);
});
