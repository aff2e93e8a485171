import type { ObjectRef } from '@fluxctl/shared/kube-object';
import { readIgnore } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { LiveObject } from '../cluster/cluster.ts';
import type { ObjectKey, Wanted } from './wanted.ts';

/** What is known of the cluster; no call makes a request. */
export interface LiveView {
  get(ref: ObjectRef): LiveObject | undefined;
}

/** Objects that must wait before they are tried again, and whether their definition is still the same. */
export interface WaitingRoom {
  /** Milliseconds since 1970; undefined when the object may be applied now. */
  waitsUntil(key: ObjectKey, checksum: string): number | undefined;
}

/** Why an object is applied. */
export type ApplyReason = 'missing' | 'new definition' | 'unmarked' | 'drift' | 'retry';

export interface Plan {
  readonly apply: readonly { readonly wanted: Wanted; readonly reason: ApplyReason }[];
  /** As git has them, as far as the annotations tell; whether our fields are still ours takes the body. */
  readonly confirm: readonly Wanted[];
  readonly unchanged: readonly Wanted[];
  readonly ignored: readonly { readonly wanted: Wanted; readonly where: 'file' | 'cluster' }[];
  readonly excluded: readonly Wanted[];
  readonly unscoped: readonly Wanted[];
  /** Failed or was fought over lately, and waits for its next try. */
  readonly waiting: readonly Wanted[];
}

/** What to do about each object that git defines. Same input, same plan. */
export function planApply(wanted: Iterable<Wanted>, live: LiveView, room: WaitingRoom): Plan {
  const plan = {
    apply: [] as { wanted: Wanted; reason: ApplyReason }[],
    confirm: [] as Wanted[],
    unchanged: [] as Wanted[],
    ignored: [] as { wanted: Wanted; where: 'file' | 'cluster' }[],
    excluded: [] as Wanted[],
    unscoped: [] as Wanted[],
    waiting: [] as Wanted[],
  };
  for (const one of wanted) {
    if (one.standing.kind === 'unscoped') plan.unscoped.push(one);
    else if (one.standing.kind === 'excluded') plan.excluded.push(one);
    else if (one.standing.kind === 'ignored') plan.ignored.push({ wanted: one, where: 'file' });
    else {
      const object = live.get(one.ref);
      if (readIgnore(object?.ignore) === 'all') {
        plan.ignored.push({ wanted: one, where: 'cluster' });
        continue;
      }
      const need = applyNeed(one, object);
      if (need === 'none') plan.unchanged.push(one);
      else if (room.waitsUntil(one.key, one.manifest.checksum) !== undefined) plan.waiting.push(one);
      else if (need === 'confirm') plan.confirm.push(one);
      else plan.apply.push({ wanted: one, reason: need });
    }
  }
  return plan;
}

function applyNeed(wanted: Wanted, live: LiveObject | undefined): ApplyReason | 'confirm' | 'none' {
  if (!live) return 'missing';
  if (live.mark !== wanted.mark) return 'unmarked';
  if (live.checksum !== wanted.manifest.checksum) return 'new definition';
  if (live.fields === 'changed') return 'drift';
  return live.fields === 'unknown' ? 'confirm' : 'none';
}

export interface PrunePlan {
  readonly prune: readonly LiveObject[];
  /** Gone from git, but their own annotation says to leave them alone. */
  readonly spared: readonly LiveObject[];
}

/**
 * What may go from the cluster: marked by this sync set for its own id (copies and other sets' objects
 * have other marks), without an owner, and not defined in git, whatever else became of the definition.
 * @param marked - every object that carries a mark
 * @param isWanted - whether git defines the id, applied or not
 * @param markOf - the mark that this sync set gives to an id
 */
export function planPrune(
  marked: Iterable<LiveObject>,
  isWanted: (id: ResourceId) => boolean,
  markOf: (id: ResourceId) => string,
): PrunePlan {
  const prune: LiveObject[] = [];
  const spared: LiveObject[] = [];
  for (const object of marked) {
    if (object.owned || object.mark === undefined || isWanted(object.id)) continue;
    if (object.mark !== markOf(object.id)) continue;
    if (readIgnore(object.ignore) !== 'nothing') spared.push(object);
    else prune.push(object);
  }
  return { prune, spared };
}
