import { errorMessage } from '@fluxctl/shared/errors';
import { canonicalName } from '@fluxctl/shared/images/image-ref';
import type { Freeze } from '@fluxctl/shared/policy/freeze';
import type { LogFields, Logger } from '../log/logger.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import { createBreather } from '../waiting/breather.ts';
import { decideWithFacts } from './decide-with-facts.ts';
import { type ImagesInGit, notInGit } from './not-in-git.ts';
import { type AutomatedWorkload, type AutoUpdate, type PollResult, pollImages } from './poll.ts';
import { ToldOnce } from './told-once.ts';

/** Decides what candidates are to run, tells what stands against it, and has it done; one update at a time. */
export interface AutomatedUpdates {
  /** @returns when it is decided; the update itself goes on */
  make(candidates: readonly AutomatedWorkload[], git: ImagesInGit, signal: AbortSignal): Promise<void>;
  /** Whether it asks the registry just now what some tags of the repository mean. */
  isAskingAbout(repository: string): boolean;
}

export interface AutomatedUpdatePorts {
  readonly images: Pick<ImageRegistry, 'imagesOf' | 'fetchTags'>;
  /** Of the whole daemon. */
  readonly freeze: Freeze | undefined;
  /** Puts an update in the queue. @returns when its job has ended; why it failed, others tell */
  readonly submit: (update: AutoUpdate, signal: AbortSignal) => Promise<void>;
  /** The update is over that kept another one from being made. */
  readonly onFree: () => void;
  /** `component=sync-loop`. */
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How long a decision waits for registries, in milliseconds. */
const patienceMs = 20_000;

export function createAutomatedUpdates(ports: AutomatedUpdatePorts): AutomatedUpdates {
  const { images, freeze, log, now } = ports;
  const warnings = new ToldOnce<LogFields>();
  const problems = new ToldOnce<LogFields>();
  const asking = new Set<string>();
  let underWay = false;
  let refused = false;

  async function fetchTags(...[name, tags, signal]: Parameters<ImageRegistry['fetchTags']>) {
    const canonical = canonicalName(name);
    asking.add(canonical);
    try {
      return await images.fetchTags(name, tags, signal);
    } finally {
      asking.delete(canonical);
    }
  }

  /** Skipped containers and annotations that make no sense, when they are news. */
  function tellWhatStands({ lines, problems: senseless }: PollResult): void {
    const skipped = lines.filter((line) => 'warning' in line).map((line) => [subject(line), line] as const);
    const policies = senseless.map(({ workload, policy, message }) => {
      const line = { workload, annotation: `fluxcd.io/${policy}`, warning: message };
      return [`${workload} ${policy}`, line] as const;
    });
    for (const line of warnings.news(new Map(skipped))) log.log(line);
    for (const line of problems.news(new Map(policies))) log.log(line);
  }

  async function submit(update: AutoUpdate, signal: AbortSignal): Promise<void> {
    underWay = true;
    try {
      await ports.submit(update, signal);
    } catch (error) {
      log.log({ error: `updating automated workloads: ${errorMessage(error)}` });
    }
    underWay = false;
    if (refused) ports.onFree();
    refused = false;
  }

  return {
    async make(candidates, git, signal) {
      const decide = () => pollInTurns(candidates, images, { now: new Date(now()), freeze }, signal);
      const onFailure = (image: string, error: unknown) =>
        log.log({ err: errorMessage(error), image, impact: 'it is decided by what is known' });
      const result = await decideWithFacts(decide, { images: { fetchTags }, onFailure }, patienceMs, signal);
      tellWhatStands(result);
      const changes = await notInGit(result.update.Changes, git, signal);
      if (changes.length === 0) return;
      if (underWay) {
        refused = true;
        return;
      }
      for (const line of linesOf(changes, result)) log.log(line);
      void submit({ Changes: changes }, signal);
    },
    isAskingAbout: (repository) => asking.has(repository),
  };
}

/** As `pollImages`, and the API is answered meanwhile: a thousand repositories of a thousand tags take seconds. */
async function pollInTurns(
  candidates: readonly AutomatedWorkload[],
  images: Pick<ImageRegistry, 'imagesOf'>,
  at: Parameters<typeof pollImages>[2],
  signal: AbortSignal,
): Promise<PollResult> {
  const breathe = createBreather();
  const results: PollResult[] = [];
  for (const candidate of candidates) {
    await breathe();
    signal.throwIfAborted();
    results.push(pollImages([candidate], images, at));
  }
  return {
    update: { Changes: results.flatMap(({ update }) => update.Changes) },
    lines: results.flatMap(({ lines }) => lines),
    problems: results.flatMap(({ problems }) => problems),
    lacking: results.flatMap(({ lacking }) => lacking),
  };
}

function subject({ workload, container }: LogFields): string {
  return `${workload} ${container}`;
}

function linesOf(changes: AutoUpdate['Changes'], { lines }: PollResult): readonly LogFields[] {
  const made = new Set(changes.map(({ WorkloadID, Container }) => `${WorkloadID} ${Container.Name}`));
  return lines.filter((line) => 'info' in line && made.has(subject(line)));
}
