import type { JobStatus } from '@fluxctl/shared/api/types';
import { errorMessage, MissingError, UserError } from '@fluxctl/shared/errors';
import { findNotedJob } from '../../reconcile/find-noted-job.ts';
import type { Source } from '../../reconcile/source.ts';
import type { Handler } from './handler.ts';

/** Status of a job: of one that this process knows, or that left a note in git. */
export const jobStatus: Handler = async (request, { jobs, sources }) => {
  const id = request.query('id') ?? '';
  const known = jobs.status(id);
  if (known) return { json: known };
  for (const source of id === '' ? [] : sources) {
    const noted = await findIn(source, id, request.signal).catch((cause: unknown) => {
      throw new UserError(`enumerating commit notes: ${errorMessage(cause)}`, { cause });
    });
    if (noted) return { json: noted };
  }
  throw new MissingError(`unknown job ${JSON.stringify(id)}`, {
    help: `The daemon does not know the job ${JSON.stringify(id)}. It remembers the latest jobs until it is
restarted, and after that only those that pushed a commit.
`,
  });
};

/** As long as the notes cannot be read, nobody can say that there is no such job. */
async function findIn(
  { repository, config }: Source,
  id: string,
  signal: AbortSignal,
): Promise<JobStatus | undefined> {
  if (repository.status.state === 'unconfigured') return undefined;
  repository.requireReady();
  return findNotedJob(id, repository, config, signal);
}
