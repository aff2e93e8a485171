import { errorMessage, MissingError, UserError } from '@fluxctl/shared/errors';
import { decodeUpdateSpec } from '@fluxctl/shared/updates/update-spec';
import { findNotedJob } from '../../reconcile/find-noted-job.ts';
import { syncJob } from '../../reconcile/sync-job.ts';
import { badRequest } from '../http-error.ts';
import type { Handler } from './handler.ts';

/** Puts an update in the queue and answers with the id of its job. */
export const updateManifests: Handler = (request, { jobs, sources }) => {
  const spec = decoded(request.json());
  if (spec.type !== 'sync') {
    throw new UserError(`unknown update type ${JSON.stringify(spec.type)}`, {
      help: `This daemon keeps the cluster equal to git; it does not take updates of type "${spec.type}".
`,
    });
  }
  return { json: jobs.add(syncJob(sources)) };
};

function decoded(json: unknown): ReturnType<typeof decodeUpdateSpec> {
  try {
    return decodeUpdateSpec(json);
  } catch (error) {
    throw badRequest(errorMessage(error));
  }
}

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
