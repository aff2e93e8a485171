import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import type { RolloutFacts, Workload } from '../../cluster/cluster.ts';
import type { PodFacts, PodTrouble, WorkloadProgress } from '../../cluster/rollout-facts.ts';
import { judge, type Verdict } from './judge.ts';
import { isUnderWay } from './resume.ts';
import { type Awaited, firstSighting, look } from './sighting.ts';

const second = 1_000;
const minute = 60 * second;
const begun = Date.parse('2026-01-01T12:00:00Z');

interface Given {
  readonly workload?: Partial<Workload>;
  readonly progress?: Partial<WorkloadProgress>;
  readonly counts?: Partial<Workload['rollout']>;
  readonly pods?: readonly PodFacts[];
  /** Pods are not looked at, or may not be seen. */
  readonly unseen?: true;
  readonly isCurrent?: boolean;
  readonly gone?: true;
}

const awaited: Awaited = {
  images: [{ Container: 'app', Current: 'q/app:1', Target: 'q/app:2' }],
  checksum: 'new',
};

function facts({
  workload,
  progress,
  counts,
  pods = [],
  unseen,
  isCurrent = true,
  gone,
}: Given = {}): RolloutFacts {
  const whole: Workload = {
    id: parseResourceId('ns:deployment/web'),
    status: 'updating',
    rollout: { Desired: 2, Updated: 1, Ready: 2, Available: 2, Outdated: 2, Messages: null, ...counts },
    containers: [{ name: 'app', image: parseImageRef('q/app:2') }],
    containersError: undefined,
    antecedent: undefined,
    labels: null,
    ignore: undefined,
    pullsWith: { serviceAccount: 'default', secrets: [] },
    progress: {
      uid: 'web',
      checksum: 'new',
      waits: 'no',
      selector: 'app=web',
      revision: '2',
      isBetweenRevisions: false,
      deadlineSeconds: 600,
      isProbed: true,
      minReadySeconds: 0,
      condition: { reason: 'ReplicaSetUpdated', message: 'ReplicaSet "web-b" is progressing.', since: '' },
      ...progress,
    },
    ...workload,
  };
  const newest = unseen ? undefined : { name: 'web-b', createdAt: '2026-01-01T11:59:59Z', pods };
  return { workload: gone ? undefined : whole, newest, isCurrent };
}

const pod = (name: string, trouble?: Partial<PodTrouble>, more: Partial<PodFacts> = {}): PodFacts => ({
  name,
  isReady: trouble === undefined,
  restarts: trouble?.restarts ?? 0,
  troubles: trouble ? [{ kind: 'not-ready', container: 'app', restarts: 0, words: 'words', ...trouble }] : [],
  ...more,
});
const ready: Given = { workload: { status: 'ready' }, counts: { Updated: 2, Outdated: 0 } };
const exceeded = (name: string) => ({
  condition: {
    reason: 'ProgressDeadlineExceeded',
    message: `ReplicaSet "${name}" has timed out progressing.`,
    since: '',
  },
});

/** What is judged in the end of what was seen, each at its time after the beginning. */
function story(...scenes: readonly (readonly [at: number, Given])[]): Verdict {
  let sighting = firstSighting(begun);
  let verdict: Verdict | undefined;
  for (const [at, given] of scenes) {
    const now = begun + at;
    sighting = look(sighting, awaited, facts(given), now);
    verdict = judge(sighting, awaited, facts(given), now);
    if (verdict.outcome !== 'progressing') break;
  }
  if (!verdict) throw new Error('nothing was seen');
  return verdict;
}

/** The same all the time, looked at every ten seconds. */
function long(until: number, given: Given): Verdict {
  return story(...Array.from({ length: until / 10_000 + 1 }, (_, n) => [n * 10_000, given] as const));
}

describe('a rollout goes on', () => {
  it.each<[string, Given, string]>([
    ['the cluster has no such workload', { gone: true }, 'the cluster does not have it'],
    [
      'the definition is not there yet',
      {
        progress: { checksum: 'old' },
        workload: { containers: [{ name: 'app', image: parseImageRef('q/app:1') }] },
      },
      'the new definition is not in the cluster yet',
    ],
    [
      'its controller is behind',
      { workload: { status: 'started' } },
      'its controller has not taken up the new definition yet',
    ],
    ['somebody paused it', { progress: { waits: 'paused' } }, 'it is paused'],
    [
      'its pods wait to be deleted',
      { progress: { waits: 'on-delete' } },
      'its pods are replaced when somebody deletes them (updateStrategy OnDelete)',
    ],
    ['the API server is away', { isCurrent: false }, 'the API server tells nothing at the moment'],
  ])('however long, while %s', (_, given, message) => {
    expect(long(30 * minute, given)).toEqual({ outcome: 'progressing', message, lookAt: undefined });
  });

  it.each<[string, Given, string]>([
    ['nothing is amiss', {}, '1 of 2 pods are new, 2 are available, 2 old ones are left'],
    [
      'a Secret is missing, which may come',
      { pods: [pod('a', { kind: 'config', words: 'CreateContainerConfigError: secret "x" not found' })] },
      'pod a, container app: CreateContainerConfigError: secret "x" not found',
    ],
    [
      'it has crashed twice',
      { pods: [pod('a', { kind: 'crash', restarts: 2, words: 'CrashLoopBackOff' })] },
      'pod a, container app: CrashLoopBackOff',
    ],
    [
      'one pod crashes and another one is well',
      { pods: [pod('a', { kind: 'crash', restarts: 9, words: 'CrashLoopBackOff' }), pod('b')] },
      'pod a, container app: CrashLoopBackOff',
    ],
    [
      'there is no room',
      { pods: [pod('a', { kind: 'unschedulable', container: '', words: '0/1 nodes' })] },
      'pod a: 0/1 nodes',
    ],
  ])('for a while, when %s', (_, given, message) => {
    expect(long(5 * minute, given)).toMatchObject({ outcome: 'progressing', message });
  });

  it('while somebody scales, again and again', () => {
    const scenes = Array.from(
      { length: 10 },
      (_, n) => [n * 9 * minute, { counts: { Desired: n + 1 } }] as const,
    );
    expect(story(...scenes).outcome).toBe('progressing');
  });

  it('while pods are replaced, however slowly', () => {
    const scenes = Array.from(
      { length: 10 },
      (_, n) => [n * 9 * minute, { counts: { Updated: n } }] as const,
    );
    expect(story(...scenes).outcome).toBe('progressing');
  });

  it('from the beginning when it is resumed', () => {
    expect(
      story(
        [0, {}],
        [9 * minute, { progress: { waits: 'paused' } }],
        [100 * minute, { progress: { waits: 'paused' } }],
        [109 * minute, {}],
      ).outcome,
    ).toBe('progressing');
  });

  it('after the API server was away, as if nothing had been seen before', () => {
    const pulling = { pods: [pod('a', { kind: 'pull' })] };
    const scenes = [
      [0, pulling],
      [minute, { ...pulling, isCurrent: false }],
      [3 * minute, pulling],
    ] as const;
    expect(story(...scenes).outcome).toBe('progressing');
  });
});

describe('a rollout has succeeded', () => {
  it.each<[string, number, Given]>([
    ['with probes, soon', 3 * second, ready],
    ['with minReadySeconds, at once', 0, { ...ready, progress: { minReadySeconds: 15 } }],
    ['without a probe, after a while', 10 * second, { ...ready, progress: { isProbed: false } }],
    ['after a crash, later', 60 * second, { ...ready, pods: [pod('a', undefined, { restarts: 1 })] }],
    [
      'with images that a webhook has rewritten',
      3 * second,
      {
        ...ready,
        workload: { status: 'ready', containers: [{ name: 'app', image: parseImageRef('mirror/app:2') }] },
      },
    ],
    [
      'with a definition that somebody else has changed since',
      3 * second,
      { ...ready, progress: { checksum: 'newer' } },
    ],
  ])('when all pods are ready: %s', (_, after, given) => {
    if (after > 0)
      expect(story([0, given], [after - 1, given])).toMatchObject({
        outcome: 'progressing',
        lookAt: begun + after,
      });
    expect(story([0, given], [after, given])).toEqual({ outcome: 'succeeded', message: '' });
  });

  it('when no pods are wanted, and says so', () => {
    const none = { ...ready, counts: { Desired: 0, Updated: 0, Outdated: 0 } };
    expect(story([0, none])).toEqual({
      outcome: 'succeeded',
      message: 'it wants no pods: nothing has tried the new image',
    });
  });

  it('not when pods were ready in between only', () => {
    const unprobed = { ...ready, progress: { isProbed: false } };
    expect(story([0, unprobed], [9 * second, {}], [12 * second, unprobed]).outcome).toBe('progressing');
  });

  it('when its controller has seen it through, and pods are missing since for another reason', () => {
    const condition = {
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-b" has successfully progressed.',
      since: '',
    };
    expect(long(11 * minute, { progress: { condition } }).outcome).toBe('succeeded');
  });
});

describe('a rollout has failed', () => {
  it.each<[string, number, Given, { reason: string; message: string }]>([
    [
      'a name that is none',
      0,
      { pods: [pod('a', { kind: 'bad-name', words: 'InvalidImageName' })] },
      { reason: 'the name of the image is not valid', message: 'pod a, container app: InvalidImageName' },
    ],
    [
      'an image that cannot be pulled for two minutes',
      2 * minute,
      { pods: [pod('a', { kind: 'pull', words: 'ImagePullBackOff: not found' })] },
      { reason: 'the image cannot be pulled', message: 'pod a, container app: ImagePullBackOff: not found' },
    ],
    [
      'pods that crash',
      0,
      { pods: [pod('a', { kind: 'crash', restarts: 3, words: 'CrashLoopBackOff after 3 restarts' })] },
      {
        reason: 'the new pods crash again and again',
        message: 'pod a, container app: CrashLoopBackOff after 3 restarts',
      },
    ],
    [
      'a deadline of the Deployment',
      0,
      { progress: exceeded('web-b'), pods: [pod('a', { kind: 'config', words: 'no Secret' })] },
      {
        reason: 'it makes no progress',
        message: 'no progress for 600 s: pod a, container app: no Secret',
      },
    ],
    [
      'a deadline without a known reason',
      0,
      {
        progress: exceeded('web-b'),
        counts: { Messages: ['ReplicaSet "web-b" has timed out progressing.'] },
      },
      {
        reason: 'it makes no progress',
        message: 'no progress for 600 s: 1 of 2 pods are new, 2 are available, 2 old ones are left',
      },
    ],
    [
      'ten minutes without progress where the controller knows no deadline',
      10 * minute,
      { progress: { condition: undefined }, pods: [pod('a', {})] },
      { reason: 'it makes no progress', message: 'no progress for 600 s: pod a, container app: words' },
    ],
    [
      'a deadline of its own, of which its controller says nothing',
      90 * second,
      { progress: { deadlineSeconds: 60 } },
      {
        reason: 'it makes no progress',
        message: 'no progress for 60 s: 1 of 2 pods are new, 2 are available, 2 old ones are left',
      },
    ],
  ])('by %s', (_, after, given, { reason, message }) => {
    if (after > 0) expect(long(after - 10 * second, given).outcome).toBe('progressing');
    expect(long(after, given)).toEqual({
      outcome: 'failed',
      reason,
      message,
      containers: ['app'],
      isOfImages: true,
    });
  });

  it('not by a deadline that its controller told of the ReplicaSet before', () => {
    expect(story([0, { progress: exceeded('web-a') }]).outcome).toBe('progressing');
    expect(story([0, { progress: exceeded('web-b'), unseen: true }]).outcome).toBe('progressing');
  });

  it('never, where there is no deadline and no other sign', () => {
    expect(
      long(60 * minute, { progress: { deadlineSeconds: undefined, condition: undefined } }),
    ).toMatchObject({
      outcome: 'progressing',
      lookAt: undefined,
    });
  });

  it.each<[string, Given]>([
    ['no node has room', { pods: [pod('a', { kind: 'unschedulable', container: '', words: 'no room' })] }],
    ['a quota is used up', { counts: { Messages: ['pods "web" is forbidden: exceeded quota'] } }],
  ])('through no fault of the image when %s', (_, given) => {
    expect(long(11 * minute, { ...given, progress: { condition: undefined } })).toMatchObject({
      outcome: 'failed',
      isOfImages: false,
    });
  });

  it('by one of two new images: that one is named', () => {
    const both: Awaited = {
      ...awaited,
      images: [...awaited.images, { Container: 'side', Current: 'q/side:1', Target: 'q/side:2' }],
    };
    const given = facts({ pods: [pod('a', { kind: 'bad-name', container: 'side' })] });
    expect(judge(look(firstSighting(begun), both, given, begun), both, given, begun)).toMatchObject({
      containers: ['side'],
    });
    const elsewhere = facts({ pods: [pod('a', { kind: 'bad-name', container: 'injected' })] });
    expect(judge(look(firstSighting(begun), both, elsewhere, begun), both, elsewhere, begun)).toMatchObject({
      containers: ['app', 'side'],
    });
  });
});

describe('isUnderWay', () => {
  const through = (since: string) => ({
    condition: {
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-b" has successfully progressed.',
      since,
    },
  });
  const of = (kind: string, given: Given): Given => ({
    ...given,
    workload: { id: parseResourceId(`ns:${kind}/web`), ...given.workload },
  });
  it.each<[string, Given, boolean | undefined]>([
    ['a Deployment in the middle of it', {}, true],
    ['one that is late', { progress: exceeded('web-b') }, true],
    ['one that was through long ago', { progress: through('2026-01-01T11:00:00Z') }, false],
    ['one that was through a moment ago: it may crash', { progress: through('2026-01-01T11:55:00Z') }, true],
    ['one whose controller tells nothing', { progress: { condition: undefined } }, false],
    ['one whose ReplicaSets are not seen yet', { unseen: true }, undefined],
    ['a workload that is not there', { gone: true }, undefined],
    [
      'a StatefulSet between two templates',
      of('statefulset', { progress: { isBetweenRevisions: true }, unseen: true }),
      true,
    ],
    ['a DaemonSet with old pods', of('daemonset', { unseen: true }), true],
    ['a DaemonSet with new pods only, of a new template', of('daemonset', { counts: { Outdated: 0 } }), true],
    [
      'a DaemonSet of which nothing is seen',
      of('daemonset', { counts: { Outdated: 0 }, unseen: true }),
      undefined,
    ],
  ])('of %s', (_, given, underWay) => {
    expect(isUnderWay(facts(given), begun)).toBe(underWay);
  });

  it('of a DaemonSet that is ill after a rollout of long ago', () => {
    const given = facts(of('daemonset', { counts: { Outdated: 0 } }));
    expect(isUnderWay(given, begun + 60 * minute)).toBe(false);
  });
});
