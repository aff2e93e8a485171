import type { JobStatus, WorkloadResult } from '@fluxctl/shared/api/types';
import { job, revision } from './answers.ts';
import type { MockAnswer, Script } from './mock-daemon.ts';

/** `HW` of the reference. */
export const helloworld = 'default:deployment/helloworld';

/** A job that waits or runs still. */
export const queued: MockAnswer = job({ StatusString: 'queued' });

/** `ok(R)` of the reference. */
export function ok(result: Readonly<Record<string, WorkloadResult>>): MockAnswer {
  return job({ Result: { revision, result } });
}

/** `ok(P)` of the reference. */
export const policyDone: MockAnswer = ok({ [helloworld]: { Status: 'success', PerContainer: null } });

/** A daemon that takes an update, and says of its job what stands here. */
export function updateScript(...jobs: readonly MockAnswer[]): Script {
  return { 'POST /v9/update-manifests': [{ json: 'j1' }], 'GET /v6/jobs': jobs };
}

/** A job that changed nothing. */
export function unchanged(result: JobStatus['Result']['result']): MockAnswer {
  return job({ Result: result ? { result } : {} });
}
