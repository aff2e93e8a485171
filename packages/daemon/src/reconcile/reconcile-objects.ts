import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { Cluster } from '../cluster/cluster.ts';
import type { Logger } from '../log/logger.ts';
import { prepareBody } from '../manifests/prepare.ts';
import { createBreather } from '../waiting/breather.ts';
import { type Applied, applyAll, type ToApply } from './carry-out.ts';
import type { Definitions, WantedListener } from './definitions.ts';
import { outcomeOf, sourceText } from './outcomes.ts';
import { planApply } from './plan.ts';
import type { Outcome } from './sync-report.ts';
import type { ObjectWaits } from './waiting-room.ts';
import type { ObjectKey, Wanted, WantedBody } from './wanted.ts';

export interface Reconciled {
  /** One for each object that was looked at, and one for each warning. */
  readonly outcomes: readonly Outcome[];
  /** Of these, the ones for which a request was made. */
  readonly attempted: readonly Outcome[];
}

/** Makes objects in the cluster as git has them. */
export interface ObjectReconciler {
  /**
   * Sees objects whose bodies are at hand: which of them are as they were applied need not be found out
   * by `reconcile`, which would parse them again.
   */
  readonly confirmParsed: WantedListener;
  reconcile(
    definitions: Definitions,
    objects: readonly Wanted[],
    signal: AbortSignal,
    progress: (doing: string) => void,
  ): Promise<Reconciled>;
}

/** Bodies asked for together are read from git together. */
const bodiesAtOnce = 64;

export function createObjectReconciler(ports: {
  readonly cluster: Cluster;
  readonly waits: ObjectWaits;
  /** With `method=Sync`. */
  readonly log: Logger;
}): ObjectReconciler {
  const { cluster, waits, log } = ports;
  /** What the API server warned of when it took the object; it stays true until the object is applied again. */
  const warnings = new Map<ObjectKey, readonly string[]>();
  /** Ten thousand of these at each pass would be mere garbage. */
  const unchangedOutcomes = new WeakMap<Wanted, Outcome>();

  function keep({ wanted, reason, outcome }: Applied): Outcome {
    const { key, manifest } = wanted;
    if (outcome.action === 'failed') {
      const { error, field } = outcome.error;
      waits.failed(key, manifest.checksum, { message: error.message, field });
      return outcomeOf(wanted, 'failed', { message: error.message, field });
    }
    if (reason === 'drift') waits.repaired(key, manifest.checksum);
    else waits.settled(key);
    warnings.delete(key);
    if (outcome.warnings.length > 0) warnings.set(key, outcome.warnings);
    for (const warning of outcome.warnings) {
      log.log({ warning, resource: wanted.id, source: sourceText(manifest.source) });
    }
    return outcomeOf(wanted, outcome.action === 'serverside-applied' ? 'configured' : outcome.action);
  }

  function unchangedOutcome(wanted: Wanted): Outcome {
    const known = unchangedOutcomes.get(wanted);
    if (known) return known;
    const outcome = outcomeOf(wanted, 'unchanged');
    unchangedOutcomes.set(wanted, outcome);
    return outcome;
  }

  function warningsOf(wanted: Wanted): Outcome[] {
    return (warnings.get(wanted.key) ?? []).map((message) => outcomeOf(wanted, 'warned', { message }));
  }

  /** Objects of which only the body tells whether the cluster still has them as they were applied. */
  async function confirm(objects: readonly Wanted[], body: WantedBody, signal: AbortSignal) {
    const changed: ToApply[] = [];
    const unchanged: Wanted[] = [];
    for (let start = 0; start < objects.length; start += bodiesAtOnce) {
      const some = objects.slice(start, start + bodiesAtOnce);
      const bodies = await Promise.all(some.map((wanted) => body(wanted, signal)));
      for (const [index, wanted] of some.entries()) {
        const answer = cluster.live.confirm(wanted.ref, bodies[index] ?? {});
        if (answer === 'changed') changed.push({ wanted, reason: 'drift' });
        else unchanged.push(wanted);
      }
    }
    return { changed, unchanged };
  }

  function tellDrift(objects: readonly ToApply[]): void {
    for (const { wanted, reason } of objects) {
      if (reason !== 'drift') continue;
      log.log({
        info: 'cluster resource was changed; applying again',
        resource: wanted.id,
        'changed-by': cluster.live.get(wanted.ref)?.otherManager ?? '',
      });
    }
  }

  return {
    confirmParsed(objects, body) {
      for (const wanted of planApply(objects, cluster.live, waits).confirm) {
        cluster.live.confirm(wanted.ref, prepare(wanted, body(wanted.manifest)));
      }
    },

    async reconcile(definitions, objects, signal, progress) {
      const body: WantedBody = async (wanted, abort) =>
        prepare(wanted, await definitions.loaded.body(wanted.manifest, abort));
      const breathe = createBreather();
      const plan = planApply(objects, cluster.live, waits);
      await breathe();
      for (const { wanted, where } of plan.ignored) {
        const info =
          where === 'file'
            ? 'not applying resource; ignore annotation in file'
            : 'not applying resource; ignore annotation in cluster resource';
        const source = where === 'file' ? { source: wanted.manifest.source.path } : {};
        log.log({ info, resource: wanted.id, ...source });
      }
      const { changed, unchanged } = await confirm(plan.confirm, body, signal);
      const toApply = [...plan.apply, ...changed];
      tellDrift(toApply);
      if (toApply.length > 0) progress(`applying ${toApply.length} objects`);
      const applied = await applyAll(
        toApply,
        [...plan.unchanged, ...unchanged],
        { cluster, body, log },
        signal,
        (done) => progress(`applying ${done} of ${toApply.length} objects`),
      );
      await breathe();
      const attempted = applied.map(keep);
      requireAnswers(applied);
      await breathe();

      const still: Outcome[] = [];
      for (const wanted of [...plan.unchanged, ...unchanged]) {
        waits.settled(wanted.key);
        still.push(unchangedOutcome(wanted));
      }
      for (const wanted of plan.waiting) still.push(waitingOutcome(wanted, waits, cluster));
      const leftAlone = [
        ...plan.ignored.map(({ wanted }) => outcomeOf(wanted, 'ignored')),
        ...plan.excluded.map((wanted) => outcomeOf(wanted, 'excluded')),
        ...plan.unscoped.map(unscopedOutcome),
      ];
      for (const { wanted } of plan.ignored) waits.settled(wanted.key);
      for (const wanted of [...plan.excluded, ...plan.unscoped]) waits.settled(wanted.key);
      const warned = warnings.size === 0 ? [] : objects.flatMap(warningsOf);
      return { outcomes: [...attempted, ...still, ...leftAlone, ...warned], attempted };
    },
  };
}

/** @param body - as git has it; changed in place */
function prepare({ ref, mark, manifest }: Wanted, body: JsonObject): JsonObject {
  return prepareBody(body, { namespace: ref.namespace, mark, checksum: manifest.checksum });
}

/**
 * An API server that went away is not the objects' fault: such a pass has not come to its end.
 * @throws {ServerError} when there was an answer to none of the requests
 */
function requireAnswers(applied: readonly Applied[]): void {
  const errors = applied.flatMap(({ outcome }) => (outcome.action === 'failed' ? [outcome.error.error] : []));
  const [first] = errors;
  if (!first || errors.length < applied.length) return;
  if (errors.every(({ type }) => type === 'server')) throw first;
}

function unscopedOutcome(wanted: Wanted): Outcome {
  const message = wanted.standing.kind === 'unscoped' ? wanted.standing.reason : '';
  return outcomeOf(wanted, 'failed', { message });
}

function waitingOutcome(wanted: Wanted, waits: ObjectWaits, cluster: Cluster): Outcome {
  waits.postponed(wanted.key);
  const failure = waits.failure(wanted.key, wanted.manifest.checksum);
  if (failure) return outcomeOf(wanted, 'failed', failure);
  const other = cluster.live.get(wanted.ref)?.otherManager;
  const message = `changed in the cluster again and again${other ? ` by ${other}` : ''}; applied at longer and longer intervals`;
  return outcomeOf(wanted, 'failed', { message });
}
