import type { JsonObject } from '@fluxctl/shared/kube-object';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { expect, it, vi } from 'vitest';
import { memoryLogger } from '../../../test/fakes/world.ts';
import type { Workload } from '../../cluster/cluster.ts';
import { readWorkload } from '../../cluster/read-workload.ts';
import { createEventRecorder } from '../../events/recorder.ts';
import type { CommitSha } from '../../git/repository.ts';
import type { AppliedChanges, ChangedObject } from '../../manifests/applied-changes.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { workloadImages } from '../../manifests/workload-images.ts';
import type { RolloutPorts } from './rollout-ports.ts';
import { createRollouts } from './rollouts.ts';

const revision = 'a'.repeat(40) as CommitSha;
const never = new AbortController().signal;

function deployment(name: string, tag: string, ready: number): JsonObject {
  const pod = { containers: [{ name: 'app', image: `x/app:${tag}`, readinessProbe: {} }] };
  return {
    metadata: { name, namespace: 'demo', generation: 1, annotations: { 'fluxcd.io/sync-checksum': name } },
    spec: { replicas: 1, minReadySeconds: 60, template: { spec: pod } },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: ready,
      availableReplicas: ready,
    },
  };
}

function changed(name: string): ChangedObject {
  const manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    policies: {},
    checksum: name,
    source: { path: `${name}.yaml`, line: 1, document: 1 },
  } as unknown as Manifest;
  return {
    id: parseResourceId(`demo:deployment/${name}`),
    manifest,
    images: async () => workloadImages({ kind: 'Deployment', ...deployment(name, '2', 1) }),
    imagesBefore: async () => workloadImages({ kind: 'Deployment', ...deployment(name, '1', 1) }),
  };
}

function pass(changes: readonly ChangedObject[], all: readonly ChangedObject[]): AppliedChanges {
  return {
    revision,
    commits: [{ revision, subject: 'new images' }],
    notes: new Map(),
    isFirst: true,
    changed: changes,
    manifestOf: (id) => all.find((one) => one.id === id)?.manifest,
    all: () => all,
  };
}

it('follows what begins now, however long it cannot be told what was begun before', async () => {
  const lines: string[] = [];
  const log = memoryLogger(lines);
  const objects = [
    readWorkload('deployment', deployment('ill', '2', 0)),
    readWorkload('deployment', deployment('new', '2', 1)),
  ];
  const live = objects.filter((one): one is Workload => one !== undefined);
  const gitIsAway = async (): Promise<never> => {
    throw new Error('git is away');
  };
  const ports: RolloutPorts = {
    repository: { log: gitIsAway, head: gitIsAway, notes: gitIsAway, requireReady: () => {} },
    definitions: { at: gitIsAway },
    loader: { load: gitIsAway },
    cluster: {
      workloads: async () => live,
      watchRollout: (id) => ({
        facts: () => ({ workload: live.find((one) => one.id === id), newest: undefined, isCurrent: true }),
        lookAtPods: () => {},
        [Symbol.dispose]: () => {},
      }),
    },
    events: createEventRecorder(log, 10),
    log,
    submit: gitIsAway,
    now: Date.now,
    random: Math.random,
  };
  const rollouts = createRollouts({ readonly: false, notesRef: 'refs/notes/flux' }, ports);
  const stop = new AbortController();
  const running = rollouts.run(stop.signal);
  const [ill, fresh] = [changed('ill'), changed('new')];
  await rollouts.applied(pass([fresh], [ill, fresh]), never);
  await vi.waitFor(() => expect(rollouts.latest(fresh.id)?.outcome).toBe('succeeded'));
  expect(lines.filter((line) => line.includes('git is away'))).toEqual([
    'component=daemon warning="cannot tell which rollouts are under way" err="git is away"',
  ]);
  stop.abort();
  await running;
});
