import type { WorkloadKind } from './workload-status.ts';

/** Where a kind of workload is served; what comes first is asked for first. */
export interface WorkloadApi {
  readonly kind: WorkloadKind;
  readonly served: readonly (readonly [apiVersion: string, kind: string])[];
}

export const workloadApis: readonly WorkloadApi[] = [
  { kind: 'deployment', served: [['apps/v1', 'Deployment']] },
  { kind: 'daemonset', served: [['apps/v1', 'DaemonSet']] },
  { kind: 'statefulset', served: [['apps/v1', 'StatefulSet']] },
  {
    kind: 'cronjob',
    served: [
      ['batch/v1', 'CronJob'],
      ['batch/v1beta1', 'CronJob'],
    ],
  },
  { kind: 'helmrelease', served: [['helm.fluxcd.io/v1', 'HelmRelease']] },
];
