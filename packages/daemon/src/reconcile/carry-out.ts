import { formatDuration } from '@fluxctl/shared/duration';
import type { ObjectRef } from '@fluxctl/shared/kube-object';
import type { ApplyItem, ApplyOutcome, Cluster, LiveObject, PruneOutcome } from '../cluster/cluster.ts';
import type { Logger } from '../log/logger.ts';
import { compareForApply } from '../manifests/kind-rank.ts';
import { createBreather } from '../waiting/breather.ts';
import type { ApplyReason } from './plan.ts';
import { kubectlName, type Wanted, type WantedBody } from './wanted.ts';

export interface ToApply {
  readonly wanted: Wanted;
  readonly reason: ApplyReason;
}

export interface Applied {
  readonly wanted: Wanted;
  readonly reason: ApplyReason;
  readonly outcome: ApplyOutcome;
}

/** Lines of the log are cut after so many objects: ten thousand would be one line of a megabyte. */
const linesShown = 200;

/**
 * Applies objects in v1's order and says what became of each; one that fails does not stop the others.
 * @param unchanged - looked at and found as git has them; named in the log beside the others
 */
export async function applyAll(
  objects: readonly ToApply[],
  unchanged: readonly Wanted[],
  ports: { readonly cluster: Cluster; readonly body: WantedBody; readonly log: Logger },
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<readonly Applied[]> {
  if (objects.length === 0) return [];
  const breathe = createBreather();
  const ordered = objects.toSorted((a, b) => compareForApply(a.wanted.manifest, b.wanted.manifest));
  await breathe();
  ports.log.log({ cmd: 'apply', args: '', count: ordered.length });
  const items = ordered.map(({ wanted }) => applyItem(wanted, ports.body));
  await breathe();
  const start = performance.now();
  const outcomes = await ports.cluster.apply(items, signal, onProgress);
  await breathe();
  const applied = ordered.flatMap(({ wanted, reason }, index) => {
    const outcome = outcomes[index];
    return outcome ? [{ wanted, reason, outcome }] : [];
  });
  const failed = applied.filter(({ outcome }) => outcome.action === 'failed').length;
  ports.log.log({
    cmd: 'server-side apply',
    took: formatDuration(microseconds(performance.now() - start)),
    err: failed === 0 ? null : `${failed} of ${applied.length} failed`,
    output: output([
      ...applied
        .filter(({ outcome }) => outcome.action !== 'failed')
        .map(({ wanted, outcome }) => ({ ref: wanted.ref, became: outcome.action })),
      ...unchanged.slice(0, linesShown).map(({ ref }) => ({ ref, became: 'unchanged' })),
    ]),
  });
  return applied;
}

/** Deletes objects and says what became of each. */
export async function pruneAll(
  objects: readonly LiveObject[],
  ports: { readonly cluster: Cluster; readonly log: Logger },
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<readonly PruneOutcome[]> {
  if (objects.length === 0) return [];
  ports.log.log({ cmd: 'delete', args: '', count: objects.length });
  const start = performance.now();
  let done = 0;
  const outcomes = await ports.cluster.prune(objects, signal, () => onProgress(++done));
  const failed = outcomes.filter(({ action }) => action === 'failed').length;
  ports.log.log({
    cmd: 'delete',
    took: formatDuration(microseconds(performance.now() - start)),
    err: failed === 0 ? null : `${failed} of ${outcomes.length} failed`,
    output: output(
      outcomes
        .filter(({ action }) => action !== 'failed')
        .map(({ object, action }) => ({
          ref: object.ref,
          became: action === 'gone' ? 'already gone' : action,
        })),
    ),
  });
  return outcomes;
}

function applyItem(wanted: Wanted, body: WantedBody): ApplyItem {
  return {
    id: wanted.id,
    ref: wanted.ref,
    source: wanted.manifest.source,
    body: (signal) => body(wanted, signal),
  };
}

function output(objects: readonly { readonly ref: ObjectRef; readonly became: string }[]): string {
  const lines = objects.slice(0, linesShown).map(({ ref, became }) => `${kubectlName(ref)} ${became}`);
  const more = objects.length - lines.length;
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

/** Milliseconds, cut after the microsecond. */
function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
