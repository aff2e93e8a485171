import { addAndWait } from '../jobs/add-and-wait.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { createManifestLoader } from '../manifests/loader.ts';
import type { Source } from '../reconcile/source.ts';
import type { RolloutPorts } from '../release/rollout/rollout-ports.ts';
import { createRollouts, type Rollouts } from '../release/rollout/rollouts.ts';
import type { Updates } from '../release/updates.ts';

/** What looks after the images that come from a source. */
export function openRollouts(
  { config, repository, definitionsAt }: Source,
  {
    jobs,
    updates,
    ...ports
  }: Pick<RolloutPorts, 'cluster' | 'events' | 'log' | 'now' | 'random'> & {
    readonly jobs: JobQueue;
    readonly updates: Updates;
  },
): Rollouts {
  return createRollouts(config, {
    ...ports,
    repository,
    definitions: { at: definitionsAt },
    loader: createManifestLoader({ reader: repository }),
    submit: (spec, signal) => addAndWait(jobs, updates.job(spec), signal),
  });
}
