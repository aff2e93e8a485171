import { type ClusterUnderTest, clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import { afterAll, beforeAll, describe } from 'vitest';
import { Kube } from './kube.ts';

export interface OnCluster {
  readonly kube: Kube;
  /** A namespace of this file's own. */
  readonly namespace: string;
  /** `/api/v1/namespaces/<namespace>`. */
  readonly core: string;
  /** `/apis/apps/v1/namespaces/<namespace>`. */
  readonly apps: string;
}

/**
 * Runs the same expectations on the sandbox and, where there is one, on a real API server.
 * @param tests - `cluster()` is there once tests run
 */
export function onEachCluster(
  name: string,
  tests: (cluster: () => OnCluster, under: ClusterUnderTest) => void,
): void {
  describe.each(clustersUnderTest())(`${name} ($name)`, (under) => {
    let cluster: OnCluster | undefined;
    beforeAll(async () => {
      const kube = new Kube(await under.start());
      const namespace = 'test-ns';
      await kube.post('/api/v1/namespaces', { metadata: { name: namespace } });
      cluster = {
        kube,
        namespace,
        core: `/api/v1/namespaces/${namespace}`,
        apps: `/apis/apps/v1/namespaces/${namespace}`,
      };
    }, 120_000);
    afterAll(async () => {
      cluster?.kube.close();
      await cluster?.kube.access.stop();
    }, 60_000);
    tests(() => {
      if (cluster === undefined) throw new Error('the cluster did not start');
      return cluster;
    }, under);
  });
}
