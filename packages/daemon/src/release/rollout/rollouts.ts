import { setTimeout as sleep } from 'node:timers/promises';
import type { RolloutRecord } from '@fluxctl/shared/api/types';
import { errorMessage } from '@fluxctl/shared/errors';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { readRollback } from '../../automation/container-policy.ts';
import type { AppliedChanges } from '../../manifests/applied-changes.ts';
import { backOff } from '../../waiting/back-off.ts';
import { createBreather } from '../../waiting/breather.ts';
import { untilAborted } from '../../waiting/until-aborted.ts';
import { type Beginning, findBeginnings } from './begin.ts';
import { createBook } from './book.ts';
import { findInterrupted } from './find-interrupted.ts';
import { FollowedRollout } from './followed-rollout.ts';
import type { Failure, Verdict } from './judge.ts';
import { rollBack } from './roll-back.ts';
import type { RolloutConfig, RolloutPorts } from './rollout-ports.ts';

/** Follows how image updates of one source come to run, tells what came of them, and takes back what failed. */
export interface Rollouts {
  /** Of the workload's latest image update. */
  latest(id: ResourceId): RolloutRecord | undefined;
  /** The newest first; see `Book.recent`. */
  recent(): readonly RolloutRecord[];
  /** Takes note of what a pass brought to the cluster. Rejects only when aborted. */
  applied(changes: AppliedChanges, signal: AbortSignal): Promise<void>;
  /** Works until `stop`; what was not decided by then is found again by the next process. */
  run(stop: AbortSignal): Promise<void>;
}

const recordsKept = 500;
/** So many have their pods watched at a time; the others are judged by their status until it is their turn. */
const mostWatched = 32;
/** Watch events come in flocks, in milliseconds. */
const gatherMs = 50;
const pauseAfterErrorMs = 5_000;
/** Between searches for what is under way that failed, in milliseconds. */
const searches = { firstMs: 10_000, capMs: 300_000 };
/** What a timer can hold. */
const longestTimerMs = 2 ** 31 - 1;

export function createRollouts(config: RolloutConfig, ports: RolloutPorts): Rollouts {
  const { cluster, events, now } = ports;
  const log = ports.log.with({ component: 'daemon' });
  const book = createBook(recordsKept);
  const active = new Map<ResourceId, FollowedRollout>();
  const rollbacks = new Map<ResourceId, AbortController>();
  const stopping = new AbortController();
  const problemsTold = new Set<string>();
  const firstPass = Promise.withResolvers<AppliedChanges>();
  let wake: () => void = () => {};

  function begin(beginning: Beginning, isResumed = false): void {
    const { id, manifest } = beginning;
    const before = active.get(id);
    if (before) end(before, { outcome: 'superseded', message: `by ${beginning.revision.slice(0, 7)}` });
    const watch = cluster.watchRollout(id, () => {
      rollout.isDirty = true;
      wake();
    });
    const rollout = new FollowedRollout(beginning, watch, now(), isResumed);
    active.set(id, rollout);
    tellProblem(id, manifest.policies);
    if (isResumed) return;
    // What comes after a rollback that is being made is that rollback, or else makes it needless.
    if (rollout.cause === undefined) rollbacks.get(id)?.abort();
    enter(rollout);
  }

  function enter({ id, cause, record }: FollowedRollout): void {
    const latest = book.latest(id);
    book.begin(record, cause !== undefined && latest?.outcome === 'failed' ? latest : undefined);
  }

  function tellProblem(id: ResourceId, policies: Readonly<Record<string, string>>): void {
    const { problem } = readRollback(policies);
    const text = `${id} ${problem?.message}`;
    if (!problem || problemsTold.has(text)) return;
    problemsTold.add(text);
    log.log({ warning: `annotation fluxcd.io/${problem.policy}: ${problem.message}`, workload: id });
  }

  type Ending = Exclude<Verdict, { outcome: 'progressing' }> | { outcome: 'superseded'; message: string };

  function end(rollout: FollowedRollout, ending: Ending): void {
    const { id, record, cause, manifest } = rollout;
    rollout.close();
    active.delete(id);
    if (!rollout.isDecided) return;
    const endedAt = new Date(now()).toISOString();
    const message = endMessage(ending, cause);
    const ended: RolloutRecord = { ...record, endedAt, outcome: ending.outcome, message };
    book.change(record, ended);
    const isAnswered = cause === undefined && readRollback(manifest.policies).wanted;
    events.record({
      id: 0,
      serviceIDs: [id],
      type: 'rollout',
      startedAt: record.startedAt,
      endedAt,
      logLevel: ending.outcome !== 'failed' ? 'info' : isAnswered ? 'warn' : 'error',
      metadata: ended,
    });
    if (ending.outcome === 'failed') void answer(rollout, ended, ending);
  }

  /** Takes the images back, where git asks for it. */
  async function answer(
    { id, cause }: FollowedRollout,
    record: RolloutRecord,
    failure: Failure,
  ): Promise<void> {
    const cancel = new AbortController();
    rollbacks.set(id, cancel);
    const signal = AbortSignal.any([stopping.signal, cancel.signal]);
    try {
      const isRollback = cause !== undefined;
      const outcome = await rollBack({ id, record, failure, isRollback }, config, ports, signal);
      if (outcome.kind === 'unwanted') return;
      const words = { workload: id, revision: record.revision };
      if (outcome.kind === 'made') {
        book.change(record, { ...record, rollback: outcome.revision });
        log.log({ info: 'rolled back', ...words, rollback: outcome.revision });
      } else {
        book.change(record, { ...record, message: `${record.message}; not rolled back: ${outcome.why}` });
        log.log({ warning: 'not rolled back', ...words, reason: outcome.why });
      }
    } catch (error) {
      if (!signal.aborted) log.log({ err: `rolling back ${id}: ${errorMessage(error)}` });
    } finally {
      if (rollbacks.get(id) === cancel) rollbacks.delete(id);
    }
  }

  function step(rollout: FollowedRollout): void {
    const looking = [...active.values()].filter(({ looksAtPods }) => looksAtPods).length;
    const mayLook = rollout.looksAtPods || looking < mostWatched;
    rollout.lookAtPods(mayLook && rollout.wantsPods);
    const wasDecided = rollout.isDecided;
    const verdict = rollout.step(now());
    if (verdict === undefined) {
      rollout.close();
      active.delete(rollout.id);
      return;
    }
    if (!wasDecided && rollout.isDecided) enter(rollout);
    if (verdict.outcome === 'progressing') {
      rollout.lookAt = verdict.lookAt ?? Number.POSITIVE_INFINITY;
      if (verdict.message === rollout.record.message) return;
      const told = { ...rollout.record, message: verdict.message };
      book.change(rollout.record, told);
      rollout.record = told;
      return;
    }
    end(rollout, verdict);
    // There is room for the pods of another one.
    for (const one of active.values()) if (!one.looksAtPods) one.isDirty = true;
  }

  async function resume(first: AppliedChanges): Promise<void> {
    for await (const beginning of findInterrupted(first, config.notesRef, ports, stopping.signal)) {
      const { id } = beginning;
      if (active.has(id) || book.latest(id)) continue;
      begin(beginning, true);
      wake();
    }
  }

  /** Beside the others: going through git's history takes a while, and may fail for a while. */
  async function resumeInterrupted(): Promise<void> {
    const first = await untilAborted(firstPass.promise, stopping.signal).catch(() => undefined);
    if (!first) return;
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        return await resume(first);
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.log({ warning: 'cannot tell which rollouts are under way', err: errorMessage(error) });
        await pause(backOff(attempt, { ...searches, random: ports.random }));
      }
    }
  }

  function dueAt(): number {
    return Math.min(...[...active.values()].map(({ isDirty, lookAt }) => (isDirty ? 0 : lookAt)));
  }

  async function untilDue(): Promise<void> {
    for (let wait = dueAt() - now(); wait > 0 && !stopping.signal.aborted; wait = dueAt() - now()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(wait, longestTimerMs));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await pause(gatherMs);
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function work(): Promise<void> {
    // From the first call on, watches tell what becomes of all workloads.
    await cluster.workloads({ ids: [] }, stopping.signal);
    const time = now();
    for (const rollout of [...active.values()]) {
      if (rollout.isDirty || rollout.lookAt <= time) step(rollout);
    }
  }

  async function follow(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await untilDue();
      try {
        if (!stop.aborted) await work();
      } catch (error) {
        if (stop.aborted) return;
        log.log({ warning: 'cannot look at rollouts', err: errorMessage(error) });
        await pause(pauseAfterErrorMs);
      }
    }
  }

  return {
    latest: (id) => book.latest(id),
    recent: () => book.recent(),
    async applied(changes, signal) {
      try {
        for (const rollout of [...active.values()]) {
          const manifest = changes.manifestOf(rollout.id);
          if (manifest) rollout.renew(manifest);
          else end(rollout, { outcome: 'superseded', message: 'git no longer defines the workload' });
        }
        const breathe = createBreather();
        for (const beginning of await findBeginnings(changes, ports, signal)) {
          await breathe();
          begin(beginning);
        }
      } catch (error) {
        signal.throwIfAborted();
        log.log({ warning: 'cannot tell which images a pass changed', err: errorMessage(error) });
      }
      if (changes.isFirst) firstPass.resolve(changes);
      wake();
    },
    async run(stop) {
      const onStop = (): void => {
        stopping.abort(stop.reason);
        wake();
      };
      if (stop.aborted) onStop();
      stop.addEventListener('abort', onStop, { once: true });
      await Promise.all([follow(stop), resumeInterrupted()]);
      for (const rollout of active.values()) rollout.close();
    },
  };
}

function endMessage(
  { outcome, message }: { outcome: string; message: string },
  cause: string | undefined,
): string {
  if (cause === undefined) return message;
  return outcome === 'failed' || message !== '' ? `${message} (${cause})` : cause;
}
