import type { ContainerUpdate, JobStatus, WorkloadResult } from '@fluxctl/shared/api/types';
import { job, revision } from './answers.ts';
import type { Script } from './mock-daemon.ts';

export const hello = 'default:deployment/helloworld';

const update = (name: string, from: string, to: string): ContainerUpdate => ({
  Container: name,
  Current: `quay.io/weaveworks/${name}:${from}`,
  Target: `quay.io/weaveworks/${name}:${to}`,
});

/** The two updates of the reference's sample. */
export const helloUpdates = [
  update('helloworld', 'master-a000001', 'master-9a16ff945b9e'),
  update('sidecar', 'master-a000001', 'master-a000002'),
] as const;

export const helloResult: Readonly<Record<string, WorkloadResult>> = {
  [hello]: { Status: 'success', PerContainer: helloUpdates },
};

/** `L` of the reference's cases. */
export const mixedResult: Readonly<Record<string, WorkloadResult>> = {
  ...helloResult,
  'kube-system:deployment/dns': { Status: 'ignored', Error: 'does not use image(s)', PerContainer: null },
  'default:deployment/locked': { Status: 'skipped', Error: 'locked', PerContainer: null },
  'default:deployment/bad': { Status: 'failed', Error: 'boom', PerContainer: null },
};

/** `ok(R)`. */
export function released(result: JobStatus['Result']['result']): ReturnType<typeof job> {
  return job({ Result: { revision, ...(result ? { result } : {}) } });
}

export function planned(
  result: Readonly<Record<string, WorkloadResult>>,
  plannedAt?: string,
): ReturnType<typeof job> {
  return job({ Result: { result, ...(plannedAt === undefined ? {} : { plannedAt }) } });
}

/** A daemon that takes a release and applies it at once. */
export function releaseScript(further: Script): Script {
  return {
    'POST /v9/update-manifests': [{ json: 'j1' }, { json: 'j2' }],
    'GET /v6/sync': [{ json: [] }],
    ...further,
  };
}
