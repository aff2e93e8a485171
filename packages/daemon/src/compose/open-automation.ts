import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { createAutomator, type GitState } from '../automation/automator.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ImagesConfig } from '../config/images-config.ts';
import type { CommitSha } from '../git/repository.ts';
import { addAndWait } from '../jobs/add-and-wait.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { Logger } from '../log/logger.ts';
import type { Source } from '../reconcile/source.ts';
import { containersInGit } from '../release/containers-in-git.ts';
import type { Updates } from '../release/updates.ts';
import type { Images } from './open-images.ts';

export interface AutomationPorts {
  readonly cluster: Cluster;
  readonly sources: readonly Source[];
  readonly images: Images;
  readonly updates: Updates;
  readonly jobs: JobQueue;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What is done with images without being asked. */
export interface Automation {
  run(stop: AbortSignal): Promise<void>;
  /** Somebody automated a workload. */
  askSoon(): void;
}

/** Lets scans and automated updates follow what happens in git, in the cluster and at the registries. */
export function openAutomation(
  { scanning, automationIntervalMs, freeze }: ImagesConfig,
  ports: AutomationPorts,
): Automation {
  const { cluster, sources, images, updates, jobs, log, now } = ports;
  const isWritable = sources.some(({ config }) => !config.readonly);
  const automator = createAutomator({
    intervalMs: automationIntervalMs,
    freeze,
    git: (signal) => gitState(sources, signal),
    cluster,
    images: images.registry,
    async submit(spec, signal) {
      const job = updates.job({ type: 'auto', cause: { Message: '', User: '' }, spec });
      // The queue tells of a failure.
      await addAndWait(jobs, job, signal).catch(() => undefined);
    },
    log,
    now,
  });
  const look = (moved?: ResourceId): void => {
    images.lookAgain();
    automator.look(moved);
  };
  return {
    askSoon: automator.askSoon,
    async run(stop) {
      if (!scanning) {
        const info = 'Registry scanning is disabled; no image updates will be attempted';
        log.with({ component: 'sync-loop' }).log({ info });
        return;
      }
      cluster.onImagesChange(look);
      for (const source of sources) onNewHead(source, () => look(), stop);
      if (isWritable) await automator.run(stop);
    },
  };
}

/** What the repositories hold that may be written to; undefined while none of them is ready. */
async function gitState(sources: readonly Source[], signal: AbortSignal): Promise<GitState | undefined> {
  const usable = sources.filter(
    ({ config, repository }) => !config.readonly && repository.status.state === 'ready',
  );
  if (usable.length === 0) return undefined;
  const all = await Promise.all(usable.map((source) => source.definedNow(signal)));
  const defined = all.flatMap(({ byId }) => [...byId.values()]);
  return {
    policies: new Map(defined.map(({ id, manifest }) => [id, manifest.policies])),
    async images(id, imagesSignal) {
      const definitions = all.find(({ byId }) => byId.has(id));
      return (definitions && (await containersInGit([id], definitions, imagesSignal)).get(id)) ?? [];
    },
  };
}

function onNewHead({ repository }: Source, listener: () => void, stop: AbortSignal): void {
  let seen: CommitSha | undefined;
  repository.onRefreshed(async () => {
    // A branch that is not there is told by others.
    const head = await repository.head(stop).catch(() => undefined);
    if (head === undefined || head === seen || stop.aborted) return;
    seen = head;
    listener();
  });
  // The first fetch may come before the repository may be written to.
  repository.onStatus(({ state }) => {
    if (state === 'ready') listener();
  });
}
