import { kindRank } from '../manifests/kind-rank.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';
import { isStatus, toApplyError } from './api-error.ts';
import { applyStage } from './apply.ts';
import type { LiveObject, PruneOutcome } from './cluster.ts';
import { type Discovery, objectPath } from './discovery.ts';
import type { KubeClient } from './kube-client.ts';
import type { LiveStore } from './live-state.ts';
import { withRetries } from './retry.ts';

export interface PrunePorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly live: LiveStore;
  readonly random: () => number;
}

/** How often a delete is sent again because the object moved on meanwhile. */
const races = 3;

/**
 * Deletes, what was applied last first. The object must still be the one that was looked at: its uid
 * and its version are preconditions. Finalizers are not waited for.
 */
export async function pruneAll(
  objects: readonly LiveObject[],
  ports: PrunePorts,
  limit: AdaptiveLimit,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<readonly PruneOutcome[]> {
  const outcomes = new Map<LiveObject, PruneOutcome>();
  const stages = Map.groupBy(objects, ({ ref }) => Math.min(applyStage(ref.kind), kindRank(ref.kind)));
  for (const stage of [...stages.keys()].toSorted((a, b) => b - a)) {
    await Promise.all(
      (stages.get(stage) ?? []).map(async (object) => {
        outcomes.set(object, await limit.run(() => pruneOne(object, ports, signal)));
        onProgress();
      }),
    );
  }
  return objects.map((object) => outcomes.get(object)).filter((outcome) => outcome !== undefined);
}

async function pruneOne(object: LiveObject, ports: PrunePorts, signal: AbortSignal): Promise<PruneOutcome> {
  try {
    const served = await ports.discovery.find(object.ref.apiVersion, object.ref.kind, signal);
    if (!served) return { object, action: 'gone' };
    const path = objectPath(served, object.ref.namespace, object.ref.name);
    const remove = (resourceVersion: string) =>
      ports.client.request(
        {
          method: 'DELETE',
          path,
          body: { propagationPolicy: 'Background', preconditions: { uid: object.uid, resourceVersion } },
        },
        signal,
      );
    const retry = { attempts: 4, capMs: 5_000, random: ports.random, signal };
    for (let race = 1; ; race += 1) {
      const latest = ports.live.entry(object.ref);
      const moved = latest && latest.uid === object.uid && latest.mark === object.mark && !latest.ignore;
      try {
        const version = moved ? latest.resourceVersion : object.resourceVersion;
        await (race < races ? remove(version) : withRetries(() => remove(version), retry));
        break;
      } catch (error) {
        if (!isStatus(error, 409) || race >= races) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50 * race));
      }
    }
    ports.live.deleted(object.ref);
    return { object, action: 'deleted' };
  } catch (error) {
    signal.throwIfAborted();
    if (isStatus(error, 404)) {
      ports.live.deleted(object.ref);
      return { object, action: 'gone' };
    }
    return { object, action: 'failed', error: toApplyError(error) };
  }
}
