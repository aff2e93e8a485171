import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { Condition, Deployment, Pod, ReplicaSet } from '../../objects.ts';
import { ClusterCache } from '../cluster-view.ts';
import { type Change, kinds, ownerReference } from '../controller.ts';
import { decideDeployment } from './deployment.ts';
import { annotationsFor, nameFor } from './replica-set-of.ts';

const now = new Date('2026-11-23T20:50:00Z');

function deployment(image: string, spec: Partial<Deployment['spec']> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'demo', uid: 'u-web', generation: 1 },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      progressDeadlineSeconds: 600,
      ...spec,
    },
  };
}

/** The set of a template, as the controller would have made it. */
function setOf(owner: Deployment, revision: number, replicas: number, ready = replicas): ReplicaSet {
  const { name, hash } = nameFor(owner, () => false);
  const labels = { app: 'web', 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'demo',
      uid: `u-${name}`,
      creationTimestamp: `2026-11-2${revision}T00:00:00Z`,
      annotations: annotationsFor(owner, revision),
      ownerReferences: [ownerReference(owner)],
    } as KubeObject['metadata'],
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { ...owner.spec.template, metadata: { labels } },
    },
    status: { replicas, readyReplicas: ready, availableReplicas: ready },
  };
}

function podOf(set: ReplicaSet): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${set.metadata.name}-1`,
      namespace: 'demo',
      deletionTimestamp: '2026-11-23T20:49:59Z',
      ownerReferences: [ownerReference(set)],
    } as KubeObject['metadata'],
    spec: { containers: [] },
    status: { phase: 'Running' },
  };
}

function decide(object: Deployment, sets: readonly ReplicaSet[], pods: readonly Pod[] = []) {
  const view = new ClusterCache();
  for (const set of sets) view.put(kinds.replicaSet, set);
  for (const pod of pods) view.put(kinds.pod, pod);
  return decideDeployment(object, view, now);
}

/** Changes in a few words: what is done to which object, and how large a set becomes. */
function told(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(({ act }) => act !== 'tell' && act !== 'update status')
    .map(({ act, object }) => {
      const { kind, spec } = object as { kind: string; spec: { replicas?: number } };
      return kind === 'ReplicaSet' && act !== 'delete' ? `${act} set of ${spec.replicas}` : `${act} ${kind}`;
    });
}

function statusIn(changes: readonly Change[]): Deployment['status'] {
  const update = changes.find(({ act }) => act === 'update status');
  return (update?.object as Deployment | undefined)?.status;
}

const [first, second] = [deployment('any:1'), deployment('any:2')];
const marked = (object: Deployment, revision: number): Deployment => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
  },
});
const recreated = deployment('any:2', { strategy: { type: 'Recreate' } });

describe('decideDeployment', () => {
  it.each([
    {
      because: 'a new Deployment gets its set in full',
      object: first,
      sets: [],
      pods: [],
      changes: ['create set of 2', 'update Deployment'],
    },
    {
      because: 'a new template starts with as many pods as may be too many',
      object: marked(second, 1),
      sets: [setOf(first, 1, 2)],
      pods: [],
      changes: ['create set of 1', 'update Deployment'],
    },
    {
      because: 'an old pod goes for each new one that is ready',
      object: marked(second, 2),
      sets: [setOf(first, 1, 2), setOf(second, 2, 1)],
      pods: [],
      changes: ['update set of 1'],
    },
    {
      because: 'nothing moves while the new pod is not ready',
      object: marked(second, 2),
      sets: [setOf(first, 1, 2), setOf(second, 2, 1, 0)],
      pods: [],
      changes: [],
    },
    {
      because: 'going back makes the old set the newest',
      object: marked(first, 2),
      sets: [setOf(first, 1, 0), setOf(second, 2, 2)],
      pods: [],
      changes: ['update set of 0', 'update Deployment'],
    },
    {
      because: 'Recreate empties the old set first',
      object: marked(recreated, 1),
      sets: [setOf(first, 1, 2)],
      pods: [],
      changes: ['update set of 0'],
    },
    {
      because: 'Recreate waits for the last old pod to be gone',
      object: marked(recreated, 1),
      sets: [setOf(first, 1, 0)],
      pods: [podOf(setOf(first, 1, 0))],
      changes: [],
    },
    {
      because: 'another number of replicas is no new revision',
      object: marked(deployment('any:1', { replicas: 5 }), 1),
      sets: [setOf(first, 1, 2)],
      pods: [],
      changes: ['update set of 5'],
    },
    {
      because: 'a paused one changes its size only',
      object: marked(deployment('any:2', { paused: true, replicas: 5 }), 1),
      sets: [setOf(first, 1, 2)],
      pods: [],
      changes: ['update set of 5'],
    },
    {
      because: 'old sets beyond the limit are forgotten',
      object: marked(deployment('any:2', { revisionHistoryLimit: 0 }), 2),
      sets: [setOf(first, 1, 0), setOf(second, 2, 2)],
      pods: [],
      changes: ['delete ReplicaSet'],
    },
  ])('$because', ({ object, sets, pods, changes }) => {
    expect(told(decide(object, sets, pods).changes)).toEqual(changes);
  });

  it('gives a set another name when its own is taken by somebody else', () => {
    const { ownerReferences: _, ...metadata } = setOf(first, 1, 2).metadata;
    const strange: ReplicaSet = { ...setOf(second, 1, 1), metadata };
    const [created] = decide(first, [strange]).changes;
    expect(created?.act).toBe('create');
    const name = (created?.object as KubeObject | undefined)?.metadata.name;
    expect(name).toMatch(/^web-[a-z0-9]+$/);
    expect(name).not.toBe(strange.metadata.name);
  });

  describe('tells how far it is', () => {
    const progressing = (reason: string, lastUpdateTime: string): Condition[] => [
      { type: 'Progressing', status: 'True', reason, lastUpdateTime, lastTransitionTime: lastUpdateTime },
    ];
    const set = setOf(first, 1, 2);
    const { name } = set.metadata;
    it.each([
      {
        because: 'through',
        ready: 2,
        conditions: progressing('ReplicaSetUpdated', '2026-11-23T20:49:00Z'),
        condition: {
          status: 'True',
          reason: 'NewReplicaSetAvailable',
          message: `ReplicaSet "${name}" has successfully progressed.`,
        },
      },
      {
        because: 'on its way',
        ready: 1,
        conditions: progressing('NewReplicaSetCreated', '2026-11-23T20:49:00Z'),
        condition: {
          status: 'True',
          reason: 'ReplicaSetUpdated',
          message: `ReplicaSet "${name}" is progressing.`,
        },
      },
      {
        because: 'late',
        ready: 0,
        conditions: progressing('ReplicaSetUpdated', '2026-11-23T20:39:00Z'),
        condition: {
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: `ReplicaSet "${name}" has timed out progressing.`,
        },
      },
    ])('$because', ({ ready, conditions, condition }) => {
      const before = { replicas: 2, updatedReplicas: 2, conditions };
      const object = { ...marked(first, 1), status: before };
      const { changes } = decide(object, [setOf(first, 1, 2, ready)]);
      expect(statusIn(changes)?.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject(
        condition,
      );
    });

    it('and looks again when its time is up', () => {
      const conditions = progressing('ReplicaSetUpdated', '2026-11-23T20:49:00Z');
      const object = { ...marked(first, 1), status: { replicas: 2, updatedReplicas: 2, conditions } };
      expect(decide(object, [setOf(first, 1, 2, 0)]).againInMs).toBe(541_000);
    });
  });
});
