import { errorMessage } from '@fluxctl/shared/errors';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { parseResourceId, type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import { helmReleaseImages } from '../manifests/helm-release-images.ts';
import type { PullSource, Workload } from './cluster.ts';
import { type ProgressSource, workloadProgress } from './workload-progress.ts';
import { type RolloutSource, type WorkloadKind, workloadStatus } from './workload-status.ts';

interface PodSpec {
  readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  readonly initContainers?: readonly { readonly name: string; readonly image?: string }[];
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
}

/** The parts of a workload that are looked at. */
export interface WorkloadObject extends RolloutSource {
  readonly metadata: RolloutSource['metadata'] & {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * What is told of a workload; undefined for a cluster's own add-ons, which are hidden.
 * @param object - whole, as the API server has it
 */
export function readWorkload(kind: WorkloadKind, object: JsonObject): Workload | undefined {
  const { metadata, ...rest } = object as unknown as WorkloadObject;
  if (isAddOn(metadata)) return undefined;
  const { status, rollout } = workloadStatus(kind, { metadata, ...rest });
  return {
    id: resourceId(metadata.namespace, kind, metadata.name),
    status,
    rollout,
    ...readContainers(kind, object, metadata.annotations ?? {}),
    antecedent: antecedentOf(metadata.annotations),
    labels: metadata.labels ?? null,
    ignore: metadata.annotations?.['fluxcd.io/ignore'],
    pullsWith: pullSourceOf(podSpec(kind, (object['spec'] ?? {}) as JsonObject)),
    progress: workloadProgress(kind, object as unknown as ProgressSource),
  };
}

/** One object for all that are like most: there may be ten thousand. */
const usualPullSource: PullSource = Object.freeze({ serviceAccount: 'default', secrets: [] });

/** Of a HelmRelease nobody knows what its pods will use: the default account's counts, as in Flux v1. */
function pullSourceOf({ serviceAccountName, imagePullSecrets }: PodSpec): PullSource {
  const secrets = (imagePullSecrets ?? []).flatMap(({ name }) => name || []);
  const serviceAccount = serviceAccountName || usualPullSource.serviceAccount;
  const isUsual = serviceAccount === usualPullSource.serviceAccount && secrets.length === 0;
  return isUsual ? usualPullSource : { serviceAccount, secrets };
}

/** Of `kube-system`, and kept up by the add-on manager. */
export function isAddOn({ namespace, labels }: WorkloadObject['metadata']): boolean {
  if (namespace !== 'kube-system' || !labels) return false;
  const mode = labels['addonmanager.kubernetes.io/mode'];
  return (
    labels['kubernetes.io/cluster-service'] === 'true' || mode === 'EnsureExists' || mode === 'Reconcile'
  );
}

function antecedentOf(annotations: Readonly<Record<string, string>> | undefined): ResourceId | undefined {
  const written = annotations?.['helm.fluxcd.io/antecedent'];
  if (!written) return undefined;
  try {
    return parseResourceId(written);
  } catch {
    return undefined;
  }
}

function readContainers(
  kind: WorkloadKind,
  object: JsonObject,
  annotations: Readonly<Record<string, string>>,
): Pick<Workload, 'containers' | 'containersError'> {
  const spec = (object['spec'] ?? {}) as JsonObject;
  if (kind === 'helmrelease') {
    const values = (spec['values'] ?? {}) as JsonObject;
    return { containers: helmReleaseImages(values, annotations), containersError: undefined };
  }
  const pod = podSpec(kind, spec);
  try {
    const all = [...(pod.containers ?? []), ...(pod.initContainers ?? [])];
    const containers = all.map(({ name, image = '' }) => ({ name, image: parseImageRef(image) }));
    return { containers, containersError: undefined };
  } catch (error) {
    // As in Flux v1: one image that cannot be read takes the list with it.
    return { containers: [], containersError: errorMessage(error) };
  }
}

/** Empty for a HelmRelease. */
function podSpec(kind: WorkloadKind, spec: JsonObject): PodSpec {
  if (kind === 'helmrelease') return {};
  interface Templated {
    readonly template?: { readonly spec?: PodSpec };
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } };
  }
  const templated = spec as unknown as Templated;
  return (kind === 'cronjob' ? templated.jobTemplate?.spec?.template?.spec : templated.template?.spec) ?? {};
}
