import { errorMessage, MissingError, UserError } from '@fluxctl/shared/errors';
import { findNotedJob } from '../../reconcile/find-noted-job.ts';
import type { Handler } from './handler.ts';

/** Status of a job: of one that this process knows, or that left a note in git. */
export const jobStatus: Handler = async (request, { jobs, sources }) => {
  const id = request.query('id') ?? '';
  const known = jobs.status(id);
  if (known) return { json: known };
  for (const { repository, config } of sources) {
    if (repository.status.state !== 'ready' || id === '') continue;
    const noted = await findNotedJob(id, repository, config, request.signal).catch((error: unknown) => {
      throw new UserError(`enumerating commit notes: ${errorMessage(error)}`, { cause: error });
    });
    if (noted) return { json: noted };
  }
  throw new MissingError(`unknown job ${JSON.stringify(id)}`, {
    help: `The daemon does not know the job ${JSON.stringify(id)}. It remembers the latest jobs until it is
restarted, and after that only those that pushed a commit.
`,
  });
};
