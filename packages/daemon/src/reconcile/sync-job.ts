import type { Job } from '../jobs/job-queue.ts';
import type { Source } from './source.ts';

/**
 * What `fluxctl sync` asks for: fetch now, and a pass even if nothing is new. The job ends with the
 * fetch, as in Flux v1; the pass names the job among those that it answers.
 */
export function syncJob(sources: readonly Source[]): Job {
  return {
    type: 'sync',
    async run({ id, signal }) {
      let revision: string | undefined;
      for (const source of sources) {
        const head = await source.syncNow(id, signal);
        revision ??= head;
      }
      return revision === undefined ? {} : { revision };
    },
  };
}
