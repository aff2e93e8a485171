import type { Cause, ImageUpdate, UpdateSpec } from '@fluxctl/shared/api/types';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import { parseImageSpec } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { decodeUpdateSpec } from '@fluxctl/shared/updates/update-spec';
import { syncJob } from '../../reconcile/sync-job.ts';
import { allWorkloads } from '../../release/calculate-image.ts';
import { isPlan, readUpdate } from '../../release/read-update.ts';
import type { ApiPorts } from '../api-ports.ts';
import { badRequest } from '../http-error.ts';
import { parseService } from '../parse-service.ts';
import type { ApiRequest, Handler } from './handler.ts';

/** Puts an update in the queue and answers with the id of its job; a dry run is computed here and now. */
export const updateManifests: Handler = (request, ports) => {
  const spec = readable(() => decodeUpdateSpec(request.json()));
  return submit(spec, request, ports);
};

/** The same as Flux v1 once had it: a release of images, all of it in the query. */
export const updateImages: Handler = (request, ports) => {
  const excludes = request.queryAll('exclude');
  const spec: ImageUpdate = {
    ServiceSpecs: request.queryAll('service').map((id) => (id === allWorkloads ? id : parseService(id))),
    ImageSpec: about('image spec', request.query('image') ?? '', parseImageSpec),
    Kind: about('release kind', request.query('kind') ?? '', parseKind),
    Excludes:
      excludes.length === 0 ? null : excludes.map((id) => about('excluded service', id, parseResourceId)),
    Force: false,
  };
  return submit({ type: 'image', cause: causeOf(request), spec }, request, ports);
};

/** And of policies: the body is the spec alone. */
export const updatePolicies: Handler = (request, ports) =>
  submit({ type: 'policy', cause: causeOf(request), spec: request.json() }, request, ports);

async function submit(spec: UpdateSpec, request: ApiRequest, ports: ApiPorts): Promise<{ json: string }> {
  const { jobs, updates, sources } = ports;
  if (spec.type === 'sync') return { json: jobs.add(syncJob(sources)) };
  if (spec.type === 'auto') {
    throw new UserError('unknown update type "auto"', {
      help: `Automated updates are made by the daemon alone, for workloads with the annotation
fluxcd.io/automated: "true". To update images by hand, send an update of type "image".
`,
    });
  }
  const dryRun = readable(() => isPlan(readUpdate(spec)));
  if (!dryRun) return { json: jobs.add(updates.job(spec)) };
  return { json: jobs.remember(await updates.plan(spec, request.signal)) };
}

/** What cannot be read is the request's fault, and told as such. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw badRequest(errorMessage(error));
  }
}

function about<T>(what: string, text: string, parse: (text: string) => T): T {
  return readable(() => {
    try {
      return parse(text);
    } catch (error) {
      throw new UserError(`parsing ${what} ${JSON.stringify(text)}: ${errorMessage(error)}`);
    }
  });
}

function parseKind(text: string): ImageUpdate['Kind'] {
  if (text === 'plan' || text === 'execute') return text;
  throw new UserError('invalid release kind');
}

function causeOf(request: ApiRequest): Cause {
  return { Message: request.query('message') ?? '', User: request.query('user') ?? '' };
}
