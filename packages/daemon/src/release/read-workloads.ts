import type { Cluster } from '../cluster/cluster.ts';
import { isWorkloadKind } from '../manifests/workload-images.ts';
import type { Definitions } from './update-ports.ts';
import type { Workloads } from './workloads.ts';

/** What git defines and the cluster runs; no request is made and no file is parsed for it. */
export async function readWorkloads(
  { byId }: Definitions,
  cluster: Pick<Cluster, 'workloads'>,
  signal: AbortSignal,
): Promise<Workloads> {
  const defined = [...byId.values()]
    .filter(({ manifest }) => isWorkloadKind(manifest.kind))
    .map(({ id, manifest }) => ({ id, policies: manifest.policies }));
  const live = await cluster.workloads({}, signal);
  return { defined, running: new Map(live.map((workload) => [workload.id, workload])) };
}
