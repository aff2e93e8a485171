import type { ClusterAccess } from './cluster-access.ts';
import { realClusterPrograms, startRealCluster } from './real/start-real-cluster.ts';

/** A kind of cluster that a test runs against; each must meet the same expectations. */
export interface ClusterUnderTest {
  readonly name: 'sandbox' | 'real';
  start(): Promise<ClusterAccess>;
}

/** The sandbox always; a real API server where KUBEBUILDER_ASSETS names its programs. */
export function clustersUnderTest(): ClusterUnderTest[] {
  const programs = realClusterPrograms();
  return [...(programs ? [{ name: 'real', start: () => startRealCluster(programs) } as const] : [])];
}
