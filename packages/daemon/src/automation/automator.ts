import { errorMessage } from '@fluxctl/shared/errors';
import { freezeEnd } from '@fluxctl/shared/policy/freeze';
import type { Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Cluster } from '../cluster/cluster.ts';
import type { LogFields } from '../log/logger.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import { createBreather } from '../waiting/breather.ts';
import { createWake } from '../waiting/wake.ts';
import { type AutomatedUpdatePorts, createAutomatedUpdates } from './automated-updates.ts';
import { candidateIds, fingerprint, repositoriesOf, runningCandidates } from './candidates.ts';
import type { ImagesInGit } from './not-in-git.ts';
import { type AutomatedWorkload, freezeOf } from './poll.ts';
import { ToldOnce } from './told-once.ts';
import { senselessSwitches } from './workload-problems.ts';

/** Decides when the images of automated workloads are looked at, and has them updated. */
export interface Automator {
  /** Until `stop`; rejects with nothing but bugs. */
  run(stop: AbortSignal): Promise<void>;
  /** Somebody wants the images looked at now. */
  askSoon(): void;
  /**
   * Git moved, or the images of a workload in the cluster: a run follows when that concerns a workload which
   * may be updated.
   */
  look(moved?: ResourceId): void;
}

export interface AutomatorPorts extends Omit<AutomatedUpdatePorts, 'images' | 'onFree'> {
  /** `--automation-interval`, in milliseconds. */
  readonly intervalMs: number;
  /** Undefined while no repository is ready that may be written to. */
  readonly git: (signal: AbortSignal) => Promise<GitState | undefined>;
  readonly cluster: Pick<Cluster, 'workloads'>;
  readonly images: Pick<ImageRegistry, 'imagesOf' | 'fetchTags' | 'watch'>;
}

/** What git holds at one moment. */
export interface GitState extends ImagesInGit {
  readonly policies: ReadonlyMap<ResourceId, Policies>;
}

type Question = 'look' | 'run';

/** News come in flocks: a short wait makes one run of them, in milliseconds. */
const gatherMs = 50;
/** Between two runs, in milliseconds. */
const pauseMs = 1_000;
/** What a timer can hold. */
const longestTimerMs = 2 ** 31 - 1;
const never = Number.POSITIVE_INFINITY;

export function createAutomator(ports: AutomatorPorts): Automator {
  const { git, cluster, images, freeze, intervalMs, now } = ports;
  const log = ports.log.with({ component: 'sync-loop' });
  const wake = createWake();
  const updates = createAutomatedUpdates({ ...ports, log, onFree: () => ask('run') });
  const senseless = new ToldOnce<LogFields>();
  let asked: Question | undefined;
  let askedAt = 0;
  /** All of these in milliseconds since 1970. */
  let timerAt = 0;
  let thawAt = never;
  let notBefore = 0;
  /** Workloads that were given other images since the last look; two changes may cancel each other out. */
  const moved = new Set<ResourceId>();
  /** Of the last run; undefined when the next look is to be a run. */
  let last: { readonly fingerprint: string; readonly repositories: ReadonlySet<string> } | undefined;

  function ask(question: Question): void {
    if (asked === undefined) askedAt = now();
    if (asked !== 'run') asked = question;
    wake.wake();
  }

  function nextAt(): number {
    const byAsking = asked === undefined ? never : Math.max(askedAt + gatherMs, notBefore);
    return Math.min(byAsking, timerAt, thawAt);
  }

  function tellStart(): void {
    log.log({ msg: 'polling for new images for automated workloads' });
  }

  /** @returns whether it came to a run */
  async function attempt(question: Question, signal: AbortSignal): Promise<boolean> {
    const breathe = createBreather();
    const moving = new Set(moved);
    moved.clear();
    let state: GitState | undefined;
    let ids: readonly ResourceId[];
    let candidates: readonly AutomatedWorkload[];
    let doing = 'getting unlocked automated resources';
    try {
      state = await git(signal);
      if (!state) {
        // When it is ready, somebody says that git moved.
        last = undefined;
        return true;
      }
      await breathe();
      ids = candidateIds(state.policies);
      doing = 'checking workloads for new images';
      const running = ids.length === 0 ? [] : await cluster.workloads({ ids }, signal);
      candidates = runningCandidates(running, state.policies);
    } catch (error) {
      if (signal.aborted) return true;
      last = undefined;
      tellStart();
      log.log({ error: `${doing}: ${errorMessage(error)}` });
      return true;
    }
    const print = fingerprint(candidates);
    const isNews = print !== last?.fingerprint || ids.some((id) => moving.has(id));
    if (question === 'look' && !isNews) return false;
    tellStart();
    await breathe();
    if (ids.length === 0) log.log({ msg: 'no automated workloads' });
    for (const line of senseless.news(switchLines(state.policies))) log.log(line);
    last = { fingerprint: print, repositories: repositoriesOf(candidates) };
    thawAt = nextThaw(candidates);
    await updates.make(candidates, state, signal);
    return true;
  }

  /** When a freeze that holds now is over. */
  function nextThaw(candidates: readonly AutomatedWorkload[]): number {
    const at = { now: new Date(now()), freeze };
    const holding = candidates.flatMap(({ policies }) => freezeOf(policies, at).freezes);
    const different = new Map(holding.map((one) => [one.text, one]));
    const ends = [...different.values()].map((one) => freezeEnd(one, at.now)?.getTime() ?? never);
    return Math.min(never, ...ends);
  }

  return {
    askSoon: () => ask('run'),
    look(id) {
      if (id !== undefined) moved.add(id);
      ask('look');
    },
    async run(stop) {
      const unwatch = images.watch(({ repository, added }) => {
        // What a run asks for, it sees by itself.
        if (added.length === 0 && updates.isAskingAbout(repository)) return;
        if (last?.repositories.has(repository)) ask('run');
      });
      while (!stop.aborted) {
        const wait = nextAt() - now();
        if (wait > 0) {
          await wake.wait(Math.min(wait, longestTimerMs), stop);
          continue;
        }
        const question = now() >= Math.min(timerAt, thawAt) ? 'run' : (asked ?? 'run');
        asked = undefined;
        if (now() >= thawAt) thawAt = never;
        const ran = await attempt(question, stop).catch((error: unknown) => {
          if (!stop.aborted) log.log({ error: errorMessage(error) });
          return true;
        });
        if (ran) timerAt = now() + intervalMs;
        notBefore = now() + pauseMs;
      }
      unwatch();
    },
  };
}

/** Of all workloads in git: one whose `automated` cannot be read is no candidate. */
function switchLines(policies: ReadonlyMap<ResourceId, Policies>): Map<string, LogFields> {
  const problems = [...policies].flatMap(([workload, asked]) =>
    senselessSwitches(asked).map((problem) => ({ workload, ...problem })),
  );
  return new Map(
    problems.map(({ workload, policy, message }) => [
      `${workload} ${policy}`,
      { workload, annotation: `fluxcd.io/${policy}`, warning: message },
    ]),
  );
}
