import type { Container, ControllerStatus } from '@fluxctl/shared/api/types';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import { sortedMap } from '@fluxctl/shared/go-json';
import { printImageRef } from '@fluxctl/shared/images/image-ref';
import { isSet, type Policies } from '@fluxctl/shared/policy/policies';
import { parseResourceId, type ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Workload } from '../../cluster/cluster.ts';
import type { NamedImage } from '../../manifests/named-image.ts';
import type { Source } from '../../reconcile/source.ts';
import type { Wanted } from '../../reconcile/wanted.ts';
import { EncodedOnce, jsonArray } from '../encoded.ts';
import { badRequest } from '../http-error.ts';
import type { Handler } from './handler.ts';

/** Workloads of the cluster, with what git says about them. */
export const listServices: Handler = async (request, { cluster, sources }) => {
  const namespace = request.query('namespace') ?? '';
  const ids = parseIds(request.query('services') ?? '');
  if (namespace !== '' && ids.length > 0) {
    throw new UserError("cannot filter by 'namespace' and 'workloads' at the same time");
  }
  const filter = {
    ...(namespace === '' ? {} : { namespace }),
    ...(ids.length === 0 ? {} : { ids }),
  };
  const workloads = await cluster.workloads(filter, request.signal).catch((error: unknown) => {
    throw new UserError(`getting workloads from cluster: ${errorMessage(error)}`, { cause: error });
  });
  if (workloads.length === 0) return { json: null };
  const views = await Promise.all(sources.map((source) => sourceView(source, request.signal)));
  return { pieces: jsonArray(workloads, (workload) => [encodedStatus(workload, views)]) };
};

function parseIds(list: string): ResourceId[] {
  if (list === '') return [];
  return list.split(',').map((text) => {
    try {
      return parseResourceId(text);
    } catch (error) {
      throw badRequest(`parsing service spec ${JSON.stringify(text)}: ${errorMessage(error)}`);
    }
  });
}

/** What one source says, as far as it is ready. */
interface SourceView {
  readonly state: 'unconfigured' | 'not ready' | 'ready';
  readonly readonly: boolean;
  readonly definitions: ReadonlyMap<ResourceId, Wanted>;
  readonly syncErrors: ReadonlyMap<ResourceId, string>;
}

async function sourceView(source: Source, signal: AbortSignal): Promise<SourceView> {
  const { state } = source.repository.status;
  const ready = state === 'ready';
  return {
    state: ready ? 'ready' : state === 'unconfigured' ? 'unconfigured' : 'not ready',
    readonly: source.config.readonly,
    definitions: ready ? await source.definitions(signal) : new Map(),
    syncErrors: source.syncErrors(),
  };
}

const encoded = new EncodedOnce<Workload>();

function encodedStatus(workload: Workload, views: readonly SourceView[]): Buffer {
  const defined = definitionOf(workload.id, views);
  const facts = {
    policies: defined?.policies ?? noPolicies,
    readOnly: readOnlyReason(defined?.view, views),
    syncError: syncErrorOf(workload.id, views),
  };
  return encoded.get(workload, Object.values(facts), () => controllerStatus(workload, facts));
}

const noPolicies: Policies = {};

function definitionOf(id: ResourceId, views: readonly SourceView[]) {
  for (const view of views) {
    const policies = view.definitions.get(id)?.manifest.policies;
    if (policies) return { view, policies };
  }
  return undefined;
}

function syncErrorOf(id: ResourceId, views: readonly SourceView[]): string {
  for (const { syncErrors } of views) {
    const error = syncErrors.get(id);
    if (error) return error;
  }
  return '';
}

/** What is told of a workload beside what the cluster has of it. */
interface GitFacts {
  readonly policies: Policies;
  readonly readOnly: ControllerStatus['ReadOnly'];
  readonly syncError: string;
}

function controllerStatus(workload: Workload, { policies, readOnly, syncError }: GitFacts): ControllerStatus {
  return {
    ID: workload.id,
    Containers: workload.containers.map(plainContainer),
    ReadOnly: readOnly,
    Status: workload.status,
    Rollout: workload.rollout,
    SyncError: syncError,
    Antecedent: workload.antecedent ?? '',
    Labels: workload.labels && sortedMap(workload.labels),
    Automated: isSet(policies, 'automated'),
    Locked: isSet(policies, 'locked'),
    Ignore: isSet(policies, 'ignore'),
    Policies: sortedMap(policies),
  };
}

/** Without the images there are for it, which `/v6/images` tells. */
function plainContainer({ name, image }: NamedImage): Container {
  return {
    Name: name,
    Current: { ID: printImageRef(image), Labels: {} },
    LatestFiltered: { ID: '', Labels: {} },
  };
}

function readOnlyReason(
  view: SourceView | undefined,
  views: readonly SourceView[],
): ControllerStatus['ReadOnly'] {
  if (view) return view.readonly ? 'ReadOnlyMode' : '';
  if (views.every(({ state }) => state === 'unconfigured')) return 'NoRepo';
  return views.some(({ state }) => state === 'not ready') ? 'NotReady' : 'NotInRepo';
}
