import type { DaemonStatus } from '@fluxctl/shared/api/types';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { Handler } from './handler.ts';

const rolloutsTold = 20;

/** Whether the Kubernetes API answers. */
export const ping: Handler = async (request, { cluster }) => {
  try {
    await cluster.ping(request.signal);
  } catch (error) {
    throw new UserError(`the Kubernetes API does not answer: ${errorMessage(error)}`, { cause: error });
  }
  return { status: 204 };
};

export const version: Handler = (_, ports) => ({ json: ports.version });

/** Namespaces and workloads of the cluster as YAML, in base64 as Go sends bytes. */
export const exportCluster: Handler = async (request, { cluster }) => {
  const yaml = await cluster.export(request.signal);
  return { json: yaml === '' ? null : Buffer.from(yaml).toString('base64') };
};

/** What the daemon does and what came of it; `?outcomes=all` for every object. */
export const status: Handler = (request, ports) => {
  const which = request.query('outcomes') === 'all' ? 'all' : 'failures';
  const answer: DaemonStatus = {
    version: ports.version,
    sources: ports.sources.map((source) => source.status(which)),
    queue: ports.jobs.summary(),
    rollouts: ports.rollouts.recent().slice(0, rolloutsTold),
  };
  return { json: answer };
};
