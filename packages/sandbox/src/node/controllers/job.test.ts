import { describe, expect, it } from 'vitest';
import type { Job, JobSpec, Pod } from '../objects.ts';
import { decideJob } from './job.ts';

const now = new Date('2026-11-23T20:50:00Z');

function job(spec: Partial<JobSpec>, status?: Job['status']): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once', namespace: 'demo', uid: 'u' },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 2,
      template: { spec: { containers: [] } },
      ...spec,
    },
    ...(status && { status }),
  };
}

const pods = (phases: string): readonly Pod[] =>
  [...phases].map((letter, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `once-${index}` },
    spec: { containers: [] },
    status: { phase: letter === 'S' ? 'Succeeded' : letter === 'F' ? 'Failed' : 'Running' },
  }));

describe('decideJob', () => {
  it.each([
    {
      because: 'starts as many as may run at once',
      spec: { completions: 5, parallelism: 2 },
      phases: '',
      acts: ['create', 'create'],
      end: undefined,
    },
    {
      because: 'starts no more than are needed',
      spec: { completions: 3, parallelism: 2 },
      phases: 'SS',
      acts: ['create'],
      end: undefined,
    },
    {
      because: 'starts another one after a failure',
      spec: {},
      phases: 'F',
      acts: ['create'],
      end: undefined,
    },
    { because: 'is through', spec: {}, phases: 'FS', acts: [], end: 'Complete' },
    { because: 'gives up', spec: { backoffLimit: 1 }, phases: 'FF', acts: [], end: 'Failed' },
    {
      because: 'stops while suspended',
      spec: { suspend: true },
      phases: 'R',
      acts: ['delete'],
      end: undefined,
    },
    {
      because: 'has run for too long',
      spec: { activeDeadlineSeconds: 60 },
      phases: 'R',
      acts: ['delete'],
      end: 'Failed',
    },
  ])('$because', ({ spec, phases, acts, end }) => {
    const { changes } = decideJob(job(spec, { startTime: '2026-11-23T20:40:00Z' }), pods(phases), now);
    expect(changes.filter(({ act }) => act !== 'update status').map(({ act }) => act)).toEqual(acts);
    const status = changes.find(({ act }) => act === 'update status')?.object as Job | undefined;
    expect(status?.status?.conditions?.at(-1)?.type).toBe(end);
  });

  it('is removed some time after its end', () => {
    const done = { type: 'Complete', status: 'True', lastTransitionTime: '2026-11-23T20:49:30Z' } as const;
    const finished = (ttl: number) => job({ ttlSecondsAfterFinished: ttl }, { conditions: [done] });
    expect(decideJob(finished(60), [], now)).toEqual({ changes: [], againInMs: 30_000 });
    expect(decideJob(finished(30), [], now).changes.map(({ act }) => act)).toEqual(['delete']);
  });
});
