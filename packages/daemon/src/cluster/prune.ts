import { setTimeout as sleep } from 'node:timers/promises';
import { markLabel } from '../manifests/mark.ts';
import { type ApiStatusError, isStatus, toApplyError } from './api-error.ts';
import { applyStage } from './apply-order.ts';
import type { LiveObject, PruneOutcome } from './cluster.ts';
import type { Discovery } from './discovery.ts';
import type { KubeClient } from './kube-client.ts';
import { ignoreOf } from './live-entry.ts';
import type { LiveStore } from './live-state.ts';
import { metadataOnly, type ObjectMetadata } from './object-metadata.ts';
import { type RetryPorts, retryDelay, withRetries } from './retry.ts';
import { objectPath } from './served-kinds.ts';

export interface PrunePorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly live: LiveStore;
  readonly retry: RetryPorts;
}

/** How often a delete is sent again because the object moved on meanwhile, as one with a status does. */
const races = 6;
const longestPauseMs = 1_000;

/**
 * Deletes, what was applied last first. The object must still be the one that was looked at: its uid
 * and its version are preconditions. Finalizers are not waited for.
 */
export async function pruneAll(
  objects: readonly LiveObject[],
  ports: PrunePorts,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<readonly PruneOutcome[]> {
  const outcomes = new Map<LiveObject, PruneOutcome>();
  const stages = Map.groupBy(objects, ({ ref }) => applyStage(ref.kind));
  for (const stage of [...stages.keys()].toSorted((a, b) => b - a)) {
    await Promise.all(
      (stages.get(stage) ?? []).map(async (object) => {
        outcomes.set(object, await pruneOne(object, ports, signal));
        onProgress();
      }),
    );
  }
  return objects.map((object) => outcomes.get(object)).filter((outcome) => outcome !== undefined);
}

async function pruneOne(object: LiveObject, ports: PrunePorts, signal: AbortSignal): Promise<PruneOutcome> {
  try {
    const { apiVersion, kind, namespace, name } = object.ref;
    const served = await ports.discovery.find(apiVersion, kind, signal);
    if (!served) return { object, action: 'gone' };
    const deleted = await remove(object, objectPath(served, namespace, name), ports, signal);
    ports.live.deleted(object.ref);
    return { object, action: deleted ? 'deleted' : 'gone' };
  } catch (error) {
    signal.throwIfAborted();
    return { object, action: 'failed', error: toApplyError(error) };
  }
}

/** @returns false when it was gone already */
async function remove(
  object: LiveObject,
  path: string,
  { client, retry }: PrunePorts,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid } = object;
  let { resourceVersion } = object;
  const send = async (): Promise<'done' | ApiStatusError> => {
    const body = { propagationPolicy: 'Background', preconditions: { uid, resourceVersion } };
    try {
      await client.request({ method: 'DELETE', path, body }, signal);
      return 'done';
    } catch (error) {
      if (isStatus(error, 409)) return error;
      throw error;
    }
  };
  try {
    for (let race = 1; ; race += 1) {
      const lost = await withRetries(send, retry, signal);
      if (lost === 'done') return true;
      const look = () => client.request({ method: 'GET', path, accept: metadataOnly.object }, signal);
      const { body } = await withRetries(look, retry, signal);
      const now = body as unknown as ObjectMetadata;
      if (race >= races || !isStillOurs(object, now)) throw lost;
      if (now.metadata.deletionTimestamp !== undefined) return true;
      resourceVersion = now.metadata.resourceVersion;
      await sleep(retryDelay(race, longestPauseMs, retry.random), undefined, { signal });
    }
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

/** Whether what made us delete the object still holds. */
function isStillOurs(object: LiveObject, now: ObjectMetadata): boolean {
  const { uid, labels, ownerReferences = [] } = now.metadata;
  return (
    uid === object.uid &&
    labels?.[markLabel] === object.mark &&
    ignoreOf(now) === object.ignore &&
    ownerReferences.length === 0
  );
}
