import { eachBounded } from '../waiting/each-bounded.ts';
import { type ApplyPorts, applyObject } from './apply-object.ts';
import { type Batch, isDefinition, orderForApply } from './apply-order.ts';
import type { ApplyItem, ApplyOutcome } from './cluster.ts';
import { untilDefined } from './until-defined.ts';

/** So many are begun, and wait for room or for another try; the others cost nothing yet. */
const begunAtMost = 256;

/**
 * Applies each object as soon as what it may need is done with, applied or failed; one outcome an item, in
 * the order of the items. Rejects only when aborted.
 */
export async function applyAll(
  items: readonly ApplyItem[],
  ports: ApplyPorts,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<readonly ApplyOutcome[]> {
  const outcomes = new Map<ApplyItem, ApplyOutcome>();
  const tellProgress = (): void => onProgress(outcomes.size);
  const done = new Map<Batch<ApplyItem>, Promise<void>>();
  let established = Promise.resolve();

  const establish = async (definitions: readonly ApplyItem[]): Promise<void> => {
    const fresh = definitions.filter((item) => isNewDefinition(outcomes.get(item)));
    const failures = await untilDefined(fresh, ports, signal, tellProgress);
    for (const failure of failures) outcomes.set(failure.item, failure);
  };
  const apply = async ({ items, after, ofNewKinds }: Batch<ApplyItem>): Promise<void> => {
    await Promise.all(after.map((batch) => done.get(batch)));
    if (ofNewKinds) await established;
    const isStopped = (): boolean => signal.aborted;
    await eachBounded(items, begunAtMost, isStopped, async (item) => {
      outcomes.set(item, await applyObject(item, ports, signal));
      tellProgress();
    });
    signal.throwIfAborted();
  };

  for (const batch of orderForApply(items)) {
    const work = apply(batch);
    done.set(batch, work);
    const definitions = batch.items.filter(({ ref }) => isDefinition(ref));
    if (definitions.length > 0) established = work.then(() => establish(definitions));
  }
  await Promise.all([...done.values(), established]);
  return items.map((item) => outcomes.get(item)).filter((outcome) => outcome !== undefined);
}

function isNewDefinition(outcome: ApplyOutcome | undefined): boolean {
  return outcome?.action === 'created' || outcome?.action === 'configured';
}
