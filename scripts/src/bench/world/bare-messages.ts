import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { KubeRequest } from './kube.ts';

/** What a bare loop is asked to send. */
export interface BareQuestion {
  readonly access: Pick<ClusterAccess, 'server' | 'ca' | 'token'>;
  readonly connections: number;
  readonly requests: readonly KubeRequest[];
}

/** Both in milliseconds: from the first request to the last answer, and what the processors did for it. */
export interface BareTimes {
  readonly ms: number;
  readonly cpu: number;
}

export type BareAnswer = BareTimes | { readonly error: string };
