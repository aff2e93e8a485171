import { expect, it } from 'vitest';
import { createEventRecorder } from '../../src/events/recorder.ts';
import type { CommitSha } from '../../src/git/repository.ts';
import { createManifestLoader } from '../../src/manifests/loader.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createDefinitionStore } from '../../src/reconcile/definitions.ts';
import { noImages } from '../../src/registry/no-images.ts';
import { createUpdates } from '../../src/release/updates.ts';
import { createFakeCluster } from '../fakes/fake-cluster.ts';
import { createMemoryReader } from '../fakes/memory-reader.ts';
import { createWorld, memoryLogger } from '../fakes/world.ts';

const workloads = 10_000;

function deployment(index: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: app-${index} }
spec: { template: { spec: { containers: [{ name: c, image: "quay.io/acme/hello:1" }] } } }
`;
}

it(`reads one file, and parses what changed, to release one of ${workloads} workloads`, async () => {
  const reader = createMemoryReader();
  const pathOf = (index: number): string => `app-${index}.yaml`;
  const contents = new Map(
    Array.from({ length: workloads }, (_, index) => [pathOf(index), deployment(index)]),
  );
  let head = reader.commit(Object.fromEntries(contents));
  const { config } = createWorld();
  const cluster = createFakeCluster();
  for (let index = 0; index < workloads; index += 1) {
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: `app-${index}` };
    cluster.edit(ref, () => ({}));
  }
  const loader = createManifestLoader({ reader });
  let made: CommitSha | undefined;
  const log = memoryLogger([]);
  const updates = createUpdates(
    { ...config, setAuthor: false },
    {
      repository: {
        requireReady: () => {},
        refresh: async () => {},
        head: async () => head,
        resolve: async () => head,
        log: async () => [],
        async makeCommit({ files }) {
          made = reader.commit({ ...Object.fromEntries(contents), ...Object.fromEntries(files) });
          return made;
        },
        async publish(revision) {
          head = revision;
        },
      },
      definitions: createDefinitionStore(config, { loader, cluster }),
      cluster,
      images: noImages(''),
      events: createEventRecorder(log, 10),
      metrics: createMetrics(),
      log,
      now: Date.now,
      random: () => 0,
      onAutomated: () => {},
    },
  );
  const signal = AbortSignal.timeout(60_000);
  // what the sync has loaded already
  await loader.load(head, [], signal);
  const before = reader.reads.length;
  const job = updates.job({
    type: 'containers',
    cause: { Message: '', User: '' },
    spec: {
      Kind: 'execute',
      ContainerSpecs: { 'default:deployment/app-77': [{ Container: 'c', Target: 'quay.io/acme/hello:2' }] },
    },
  });
  const { revision } = await job.run({ id: 'job', log, signal });
  expect(revision).toBe(made);
  const read = reader.reads.slice(before).flat();
  expect(new Set(read).size).toBeLessThanOrEqual(2);
});
