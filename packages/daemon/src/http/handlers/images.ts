import type {
  RegistryStatus,
  RepositoryScan,
  WorkloadDetail,
  WorkloadExplanation,
} from '@fluxctl/shared/api/types';
import { MissingError, UserError } from '@fluxctl/shared/errors';
import { goJson } from '@fluxctl/shared/go-json';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { printTimestamp } from '@fluxctl/shared/timestamp';
import { readContainerPolicy } from '../../automation/container-policy.ts';
import { explainWorkload } from '../../automation/explain.ts';
import {
  type ContainerField,
  containerWithImages,
  parseContainerFields,
} from '../../automation/image-status.ts';
import { possibleUpdates } from '../../automation/possible-updates.ts';
import type { Workload } from '../../cluster/cluster.ts';
import type { NamedImage } from '../../manifests/named-image.ts';
import { definedPolicies } from '../../reconcile/defined-policies.ts';
import type { RepositoryImages, RepositoryStatus } from '../../registry/image-registry.ts';
import { createBreather } from '../../waiting/breather.ts';
import type { ApiPorts } from '../api-ports.ts';
import { EncodedLately, encode, jsonArray } from '../encoded.ts';
import { parseService } from '../parse-service.ts';
import type { ApiRequest, Handler } from './handler.ts';

const allWorkloads = '<all>';

/** The images there are for each container, by its policy. */
export const listImages: Handler = async (request, ports) => {
  const service = request.query('service') || allWorkloads;
  const namespace = request.query('namespace') ?? '';
  if (service !== allWorkloads && namespace !== '') {
    throw new UserError("cannot filter by 'namespace' and 'workload' at the same time");
  }
  const filter = {
    ...(namespace === '' ? {} : { namespace }),
    ...(service === allWorkloads ? {} : { ids: [parseService(service)] }),
  };
  const workloads = await ports.cluster.workloads(filter, request.signal);
  if (workloads.length === 0) return { json: null };
  const defined = await definedPolicies(ports.sources, request.signal);
  // An unknown field is an error only where there is something to tell of it, as in Flux v1.
  const isAsked = workloads.some(({ containers }) => containers.length > 0);
  const fields = parseContainerFields(isAsked ? (request.query('containerFields') ?? '') : '');
  const container = (policies: Policies, one: NamedImage): Buffer =>
    encodedContainer(one, policies, ports.images.imagesOf(one.image), fields);
  return {
    pieces: jsonArray(workloads, ({ id, containers }) =>
      encodedImages(id, containers, (one) => container(defined.get(id) ?? noPolicies, one)),
    ),
  };
};

const noPolicies: Policies = {};

/** An `ImageStatus`. */
function* encodedImages(
  id: ResourceId,
  containers: readonly NamedImage[],
  encoded: (container: NamedImage) => Buffer,
): Generator<Buffer, void, undefined> {
  yield Buffer.from(`{"ID":${goJson(id)},"Containers":`);
  if (containers.length === 0) yield encode(null);
  else yield* jsonArray(containers, (one) => [encoded(one)]);
  yield closing;
}

const closing = Buffer.from('}');

/** Containers of many workloads run images of one repository, and by one policy. */
const lately = new EncodedLately(8 * 1024 * 1024);

function encodedContainer(
  container: NamedImage,
  policies: Policies,
  images: RepositoryImages,
  fields: ReadonlySet<ContainerField>,
): Buffer {
  const told = () => containerWithImages(container, policies, images, fields);
  if (images.state === 'unknown') return encode(told());
  return lately.get([question(container, policies), ...fields].join('\n'), images.version, told);
}

/** Of a container that stays, while somebody asks for its images again and again. */
const questions = new WeakMap<NamedImage, { readonly policies: Policies; readonly text: string }>();

/** All that the answer depends on, beside what is known of the repository. */
function question(container: NamedImage, policies: Policies): string {
  const known = questions.get(container);
  if (known?.policies === policies) return known.text;
  const { pattern, order } = readContainerPolicy(policies, container.name);
  const text = [container.name, writeImageRef(container.image), pattern.text, order].join('\n');
  questions.set(container, { policies, text });
  return text;
}

/** Others are answered meanwhile: a thousand workloads may have a thousand tags each. */
async function eachInTurn<T>(
  workloads: readonly Workload[],
  tell: (workload: Workload) => T,
  signal: AbortSignal,
): Promise<T[]> {
  const breathe = createBreather();
  const told: T[] = [];
  for (const workload of workloads) {
    await breathe();
    signal.throwIfAborted();
    told.push(tell(workload));
  }
  return told;
}

/** What our own list of workloads adds to that of Flux v1. */
export const listWorkloadDetails: Handler = async (request, ports) => {
  const namespace = request.query('namespace') ?? '';
  const filter = namespace === '' ? {} : { namespace };
  const workloads = await ports.cluster.workloads(filter, request.signal);
  const defined = await definedPolicies(ports.sources, request.signal);
  const syncErrors = ports.sources.map((source) => source.syncErrors());
  const detail = ({ id, containers }: Workload): WorkloadDetail => {
    const rollout = ports.rollouts.latest(id);
    const syncError = syncErrors.map((errors) => errors.get(id)).find(Boolean);
    const policies = defined.get(id);
    return {
      id,
      updates: policies ? possibleUpdates(containers, policies, ports.images, ports.now()) : [],
      rollout: rollout ?? null,
      error: syncError ?? (rollout?.outcome === 'failed' ? rollout.message : ''),
    };
  };
  return { json: await eachInTurn(workloads, detail, request.signal) };
};

/** Why a workload was or was not updated. */
export const explain: Handler = async (request, ports) => {
  const id = parseService(request.query('workload') ?? '');
  const [workload] = await ports.cluster.workloads({ ids: [id] }, request.signal);
  if (!workload) {
    throw new MissingError(`unknown workload ${JSON.stringify(id)}`, {
      help: `The cluster has no workload ${id}, or the daemon may not see it. \`fluxctl list-workloads --all-namespaces\`
lists those that it sees.
`,
    });
  }
  const policies = (await definedPolicies(ports.sources, request.signal)).get(id);
  const answer: WorkloadExplanation = explainWorkload(questionOf(workload, policies, ports), ports.images);
  return { json: answer };
};

function questionOf(workload: Workload, policies: Policies | undefined, ports: ApiPorts) {
  return {
    id: workload.id,
    containers: workload.containers,
    policies,
    readonly: ports.sources.every(({ config }) => config.readonly),
    now: ports.now(),
    freeze: ports.freeze,
  };
}

/** How the watching of image registries goes. */
export const registry: Handler = (_: ApiRequest, { images, scanning }) => {
  const answer: RegistryStatus = { scanning, repositories: images.status().map(repositoryScan) };
  return { json: answer };
};

function repositoryScan({ quota, lastScan, nextScan, ...rest }: RepositoryStatus): RepositoryScan {
  const { repository, tags, images, error, help } = rest;
  const times = { lastScan: printTimestamp(lastScan), nextScan: printTimestamp(nextScan) };
  return { repository, ...times, tags, images, error, help, quota: quota ?? null };
}
