import type { Cluster, LiveObject } from '../cluster/cluster.ts';
import type { Logger } from '../log/logger.ts';
import { gcMark } from '../manifests/mark.ts';
import { createBreather, eachWithBreath } from '../waiting/breather.ts';
import { pruneAll } from './carry-out.ts';
import type { Definitions } from './definitions.ts';
import { clusterSource } from './outcomes.ts';
import { planPrune } from './plan.ts';
import type { SourceConfig } from './source-config.ts';
import type { Outcome } from './sync-report.ts';
import type { ObjectWaits } from './waiting-room.ts';
import { type ObjectKey, objectKey, type Wanted } from './wanted.ts';

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
  const { stale, others } = await splitMarked(cluster.live.marked(), now);
  const { prune, spared } = planPrune(others, now.mayDefine, markOf);
  const dry = config.garbageCollection === 'dry';
  for (const { id, ignore } of spared) {
    log.log({
      info: `skipping GC of cluster resource; resource has ignore policy ${ignore}`,
      'dry-run': dry,
      resource: id,
    });
  }
  for (const { id } of stale) {
    log.log({
      warning: 'resource to be synced has not been updated; skipping',
      'dry-run': dry,
      resource: id,
    });
  }
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

/** Out of the objects with a mark: those that git defines but the cluster has as they were before, and those that git does not define. */
async function splitMarked(marked: Iterable<LiveObject>, { byId }: Definitions) {
  const stale: LiveObject[] = [];
  const others: LiveObject[] = [];
  await eachWithBreath(marked, createBreather(), (object) => {
    const wanted = byId.get(object.id);
    if (!wanted) others.push(object);
    else if (isStale(object, wanted)) stale.push(object);
  });
  return { stale, others };
}

function isStale({ owned, checksum, mark }: LiveObject, wanted: Wanted): boolean {
  return !owned && checksum !== wanted.manifest.checksum && mark === wanted.mark;
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
