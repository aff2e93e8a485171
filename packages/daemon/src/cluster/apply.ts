import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { compareForApply, kindRank } from '../manifests/kind-rank.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';
import { toApplyError } from './api-error.ts';
import { type ApplyPorts, applyObject } from './apply-object.ts';
import type { ApplyItem, ApplyOutcome } from './cluster.ts';
import { objectPath } from './discovery.ts';

/**
 * Namespaces and CRDs come first of all: everything else may live in them. Then by rank.
 * @param kind - in any case
 */
export function applyStage(kind: string): number {
  return kind === 'CustomResourceDefinition' ? 0 : kindRank(kind);
}

/** Applies stage by stage; one outcome an item, in the order of the items. Rejects only when aborted. */
export async function applyAll(
  items: readonly ApplyItem[],
  ports: ApplyPorts,
  limit: AdaptiveLimit,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<readonly ApplyOutcome[]> {
  const outcomes = new Map<ApplyItem, ApplyOutcome>();
  const stages = Map.groupBy(items, ({ ref }) => applyStage(ref.kind));
  for (const stage of [...stages.keys()].toSorted((a, b) => a - b)) {
    const members = (stages.get(stage) ?? []).toSorted((a, b) => compareForApply(a.ref, b.ref));
    await Promise.all(
      members.map(async (item) => {
        const outcome = await limit.run(() => applyOne(item, ports, signal));
        outcomes.set(item, outcome);
        onProgress();
      }),
    );
    if (members.some(isCrd)) ports.discovery.invalidate();
  }
  return items.map((item) => outcomes.get(item)).filter((outcome) => outcome !== undefined);
}

async function applyOne(item: ApplyItem, ports: ApplyPorts, signal: AbortSignal): Promise<ApplyOutcome> {
  signal.throwIfAborted();
  const outcome = await applyObject(item, ports, signal);
  if (!isCrd(item) || outcome.action === 'failed') return outcome;
  try {
    await untilEstablished(item, ports, signal);
    return outcome;
  } catch (error) {
    signal.throwIfAborted();
    return { item, action: 'failed', error: toApplyError(error) };
  }
}

function isCrd({ ref }: ApplyItem): boolean {
  return ref.kind === 'CustomResourceDefinition';
}

const establishedWithinMs = 30_000;

interface CrdStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message?: string;
  }[];
}

/** Waits until the API server serves the kind that a CRD defines. */
async function untilEstablished(item: ApplyItem, ports: ApplyPorts, signal: AbortSignal): Promise<void> {
  const served = await ports.discovery.find(item.ref.apiVersion, item.ref.kind, signal);
  if (!served) return;
  const path = objectPath(served, undefined, item.ref.name);
  let conditions: CrdStatus['conditions'] = [];
  for (
    let waited = 0, pause = 25;
    waited < establishedWithinMs;
    waited += pause, pause = Math.min(1_000, pause * 2)
  ) {
    const { body } = await ports.client.request({ method: 'GET', path }, signal);
    conditions = ((body as JsonObject)['status'] as CrdStatus | undefined)?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return;
    await sleep(pause, undefined, { signal });
  }
  const refused = conditions.find(({ type, status }) => type === 'NamesAccepted' && status === 'False');
  throw new UserError(`the definition was not established within ${establishedWithinMs / 1000} s`, {
    help: refused?.message ?? 'See its conditions: kubectl describe crd',
  });
}
