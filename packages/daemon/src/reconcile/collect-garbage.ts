import type { Cluster, LiveObject } from '../cluster/cluster.ts';
import type { Logger } from '../log/logger.ts';
import { gcMark } from '../manifests/mark.ts';
import { pruneAll } from './carry-out.ts';
import type { Definitions } from './definitions.ts';
import { clusterSource } from './outcomes.ts';
import { planPrune } from './plan.ts';
import type { SourceConfig } from './source-config.ts';
import type { Outcome } from './sync-report.ts';
import type { ObjectWaits } from './waiting-room.ts';
import { type ObjectKey, objectKey } from './wanted.ts';

export interface Collected {
  readonly outcomes: readonly Outcome[];
  /** Objects that could not be deleted and wait for their next try. */
  readonly waiting: ReadonlySet<ObjectKey>;
}

/** Objects that are to go have no definition whose checksum could change; they wait under this one. */
const gone = 'gone';

/** Deletes what this source applied once and git no longer defines. */
export async function collectGarbage(
  config: SourceConfig,
  now: Definitions,
  ports: { readonly cluster: Cluster; readonly waits: ObjectWaits; readonly log: Logger },
  signal: AbortSignal,
  progress: (doing: string) => void,
): Promise<Collected> {
  const { cluster, waits, log } = ports;
  const markOf = (id: LiveObject['id']): string => gcMark(config.setName, id);
  const { prune, spared } = planPrune(cluster.live.marked(), now.mayDefine, markOf);
  const dry = config.garbageCollection === 'dry';
  for (const { id, ignore } of spared) {
    log.log({
      info: `skipping GC of cluster resource; resource has ignore policy ${ignore}`,
      'dry-run': dry,
      resource: id,
    });
  }
  tellStale(now, cluster, dry, log);
  if (prune.length > 0 && !now.loaded.complete) {
    log.log({
      warning: 'not deleting cluster resources: parts of the repository could not be read',
      resources: prune.map(({ id }) => id).join(','),
    });
    return { outcomes: [], waiting: new Set() };
  }

  const failed: Outcome[] = [];
  const waiting = new Set<ObjectKey>();
  const ready: LiveObject[] = [];
  for (const object of prune) {
    const key = objectKey(object.ref);
    const failure = waits.waitsUntil(key, gone) === undefined ? undefined : waits.failure(key, gone);
    if (!failure) ready.push(object);
    else {
      waiting.add(key);
      failed.push(pruneOutcome(object, 'failed', failure));
    }
  }
  for (const { id } of ready) {
    log.log({
      info: 'cluster resource not in resources to be synced; deleting',
      'dry-run': dry,
      resource: id,
    });
  }
  if (dry) return { outcomes: failed, waiting };

  const results = await pruneAll(ready, { cluster, log: log.with({ method: 'Sync' }) }, signal, (done) =>
    progress(`deleting ${done} of ${ready.length} objects`),
  );
  const outcomes = results.map((result) => {
    const key = objectKey(result.object.ref);
    if (result.action !== 'failed') {
      waits.settled(key);
      return pruneOutcome(result.object, 'deleted');
    }
    const failure = { message: result.error.error.message, field: result.error.field };
    waits.failed(key, gone, failure);
    waiting.add(key);
    return pruneOutcome(result.object, 'failed', failure);
  });
  return { outcomes: [...failed, ...outcomes], waiting };
}

/** Objects that git defines, but that the cluster has as they were before. */
function tellStale(now: Definitions, cluster: Cluster, dry: boolean, log: Logger): void {
  for (const object of cluster.live.marked()) {
    const wanted = now.byId.get(object.id);
    if (!wanted || object.owned || object.checksum === wanted.manifest.checksum) continue;
    if (object.mark !== wanted.mark) continue;
    log.log({
      warning: 'resource to be synced has not been updated; skipping',
      'dry-run': dry,
      resource: object.id,
    });
  }
}

function pruneOutcome(
  object: LiveObject,
  action: 'deleted' | 'failed',
  error?: { readonly message: string; readonly field: string | undefined },
): Outcome {
  return {
    id: object.id,
    apiVersion: object.ref.apiVersion,
    action,
    source: clusterSource,
    error: error && { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) },
  };
}
