import type { ControllerStatus, GitConfig, JobStatus } from '@fluxctl/shared/api/types';
import type { MockAnswer, Script } from './mock-daemon.ts';

/** The revision of the reference's cases. */
export const revision = '33ce4e38048f4b787c583e64505485a13c8a7836';

/** `G(s, e)` of the reference. */
export function gitConfig(status: GitConfig['status'], errors = ''): GitConfig {
  return {
    remote: { url: 'ssh://git@h/r', branch: 'master', path: '' },
    publicSSHKey: {
      key: 'ssh-rsa AAAA\n',
      fingerprints: {
        md5: { hash: 'aa:bb', randomart: '+-+\n' },
        sha256: { hash: 'Wz0', randomart: '+=+\n' },
      },
    },
    status,
    errors,
  };
}

export function job(status: Partial<JobStatus>): MockAnswer {
  return { json: { Result: {}, Err: '', StatusString: 'succeeded', ...status } satisfies JobStatus };
}

/** A daemon that is asked to sync: ready, with a job that ends at once. */
export function syncScript(further: Script): Script {
  return {
    'POST /v9/git-repo-config': [{ json: gitConfig('ready') }],
    'POST /v9/update-manifests': [{ json: 'j1' }],
    'GET /v6/jobs': [job({ Result: { revision } })],
    ...further,
  };
}

const noRollout = { Desired: 0, Updated: 0, Ready: 0, Available: 0, Outdated: 0, Messages: null };

/** A workload as the daemon lists it. */
export function workload(id: string, given: Partial<ControllerStatus> = {}): ControllerStatus {
  return {
    ID: id,
    Containers: [],
    ReadOnly: '',
    Status: 'ready',
    Rollout: noRollout,
    SyncError: '',
    Antecedent: '',
    Labels: null,
    Automated: false,
    Locked: false,
    Ignore: false,
    Policies: {},
    ...given,
  };
}

export function container(name: string, image: string): NonNullable<ControllerStatus['Containers']>[number] {
  return { Name: name, Current: { ID: image, Labels: {} }, LatestFiltered: { ID: '', Labels: {} } };
}

/** The three of the reference's sample, in another order. */
export const sampleWorkloads: readonly ControllerStatus[] = [
  workload('demo:helmrelease/redis', {
    Status: '',
    Containers: [container('chart-image', 'bitnami/redis:5.0.7')],
    Automated: true,
    Locked: true,
  }),
  workload('demo:deployment/podinfo', {
    Containers: [container('podinfod', 'stefanprodan/podinfo:3.1.0'), container('init', 'alpine:3.10.1')],
    Automated: true,
    Ignore: true,
  }),
  workload('demo:cronjob/empty', { Status: '', Containers: null }),
];
