import { compareForApply, kindRank } from '../manifests/kind-rank.ts';
import { type ApplyPorts, applyObject } from './apply-object.ts';
import type { ApplyItem, ApplyOutcome } from './cluster.ts';
import { untilDefined } from './until-defined.ts';

/** Namespaces and CRDs come first of all: everything else may live in them. Then by rank. */
export function applyStage(kind: string): number {
  return kind === 'CustomResourceDefinition' ? 0 : kindRank(kind);
}

/** Applies stage by stage; one outcome an item, in the order of the items. Rejects only when aborted. */
export async function applyAll(
  items: readonly ApplyItem[],
  ports: ApplyPorts,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<readonly ApplyOutcome[]> {
  const outcomes = new Map<ApplyItem, ApplyOutcome>();
  const stages = Map.groupBy(items, ({ ref }) => applyStage(ref.kind));
  for (const stage of [...stages.keys()].toSorted((a, b) => a - b)) {
    const members = (stages.get(stage) ?? []).toSorted((a, b) => compareForApply(a.ref, b.ref));
    await Promise.all(
      members.map(async (item) => {
        outcomes.set(item, await applyObject(item, ports, signal));
        onProgress();
      }),
    );
    const definitions = members.filter((item) => isNewDefinition(outcomes.get(item)));
    const failures = await untilDefined(definitions, ports, signal, onProgress);
    for (const failure of failures) outcomes.set(failure.item, failure);
  }
  return items.map((item) => outcomes.get(item)).filter((outcome) => outcome !== undefined);
}

function isNewDefinition(outcome: ApplyOutcome | undefined): boolean {
  const isDefinition = outcome?.item.ref.kind === 'CustomResourceDefinition';
  return isDefinition && (outcome.action === 'created' || outcome.action === 'configured');
}
