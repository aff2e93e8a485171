import type { ClusterAccess } from './cluster-access.ts';
import { startKubeApi } from './kube/start-kube-api.ts';
import { realClusterPrograms, startRealCluster } from './real/start-real-cluster.ts';

/** A cluster whose API server can be away for a while. */
export interface StoppableCluster extends ClusterAccess {
  /** Ends the API server, at once; what it keeps is kept. */
  goAway(): Promise<void>;
  /** Starts it again, at the same address. */
  comeBack(): Promise<void>;
}

/** A kind of cluster that a test runs against; each must meet the same expectations. */
export interface ClusterUnderTest {
  readonly name: 'sandbox' | 'real';
  start(): Promise<StoppableCluster>;
}

/** The sandbox always; a real API server where KUBEBUILDER_ASSETS names its programs. */
export function clustersUnderTest(): ClusterUnderTest[] {
  const programs = realClusterPrograms();
  const real = async (folder: string): Promise<StoppableCluster> => {
    const cluster = await startRealCluster(folder);
    return { ...cluster, goAway: cluster.killApiServer, comeBack: cluster.restartApiServer };
  };
  return [
    { name: 'sandbox', start: () => startKubeApi() },
    ...(programs ? [{ name: 'real', start: () => real(programs) } as const] : []),
  ];
}
