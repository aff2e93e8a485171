import type { JsonObject } from '@fluxctl/shared/kube-object';
import { countTemplate, isTemplateChanged } from '../admission/admit.ts';
import { type KubeObject, type ObjectMeta, sameJson } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';

/** Built-in kinds whose `metadata.generation` counts the changes of what is wanted. */
const counted: ReadonlySet<string> = new Set([
  '/pods',
  '/podtemplates',
  '/replicationcontrollers',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apps/daemonsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'batch/cronjobs',
  'batch/jobs',
  'discovery.k8s.io/endpointslices',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/ingresses',
  'networking.k8s.io/networkpolicies',
  'policy/poddisruptionbudgets',
  'scheduling.k8s.io/priorityclasses',
]);

export function countsGenerations(kind: Kind): boolean {
  return kind.custom !== undefined || counted.has(kind.storage);
}

/** Nodes report their own status when they register. */
function statusIsServers(kind: Kind): boolean {
  return kind.subresources.has('status') && kind.storage !== '/nodes';
}

/** What a new object's status is, before any controller looked at it. */
const firstStatus: Readonly<Record<string, JsonObject>> = {
  '/namespaces': { phase: 'Active' },
  '/persistentvolumeclaims': { phase: 'Pending' },
  '/persistentvolumes': { phase: 'Pending' },
  '/pods': { phase: 'Pending' },
  '/services': { loadBalancer: {} },
  'apps/daemonsets': {
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  },
  'apps/replicasets': { replicas: 0 },
  'apps/statefulsets': { availableReplicas: 0, replicas: 0 },
  '/replicationcontrollers': { replicas: 0 },
  'autoscaling/horizontalpodautoscalers': { currentMetrics: null, desiredReplicas: 0 },
  'apiextensions.k8s.io/customresourcedefinitions': {
    conditions: null,
    acceptedNames: { plural: '', kind: '' },
    storedVersions: null,
  },
  'networking.k8s.io/ingresses': { loadBalancer: {} },
  'policy/poddisruptionbudgets': {
    currentHealthy: 0,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
    expectedPods: 0,
  },
};

/** Clears what only the server may say about a new object. */
export function prepareCreate(kind: Kind, object: KubeObject): KubeObject {
  const {
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    ...metadata
  } = object.metadata;
  const prepared: KubeObject = {
    ...object,
    metadata: { ...metadata, ...(countsGenerations(kind) && { generation: 1 }) },
  };
  if (statusIsServers(kind)) {
    delete prepared.status;
    if (kind.custom === undefined) prepared.status = structuredClone(firstStatus[kind.storage] ?? {});
  }
  return prepared;
}

/** Metadata that a write never changes, taken from what is there. */
function keptMetadata(existing: ObjectMeta, next: ObjectMeta): ObjectMeta {
  const {
    generation,
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    resourceVersion,
    generateName,
  } = existing;
  const { generation: _, deletionTimestamp: _deleted, deletionGracePeriodSeconds: _grace, ...rest } = next;
  return {
    ...rest,
    ...(generateName !== undefined && { generateName }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(generation !== undefined && { generation }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
  };
}

function copyField(from: KubeObject, to: KubeObject, field: string): void {
  const value = from[field];
  if (value === undefined) delete to[field];
  else to[field] = value;
}

/** What a controller answers for: everything but metadata and status. */
function wanted({ metadata: _, status: _status, ...rest }: KubeObject): JsonObject {
  return rest as JsonObject;
}

/**
 * Puts back what the request may not change: system metadata, and the status or, through the status
 * subresource, everything else. Counts the generation.
 */
export function prepareUpdate(
  kind: Kind,
  subresource: string | undefined,
  existing: KubeObject,
  next: KubeObject,
): KubeObject {
  const metadata = keptMetadata(existing.metadata, next.metadata);
  const prepared: KubeObject = { ...next, metadata };
  if (subresource === 'status') return prepareStatus(kind, existing, prepared);
  // Who holds a namespace is said through `finalize` only.
  if (kind.storage === '/namespaces' && subresource !== 'finalize') copyField(existing, prepared, 'spec');
  if (statusIsServers(kind)) copyField(existing, prepared, 'status');
  if (!countsGenerations(kind)) return prepared;
  if (kind.storage === 'apps/daemonsets') {
    const changed = isTemplateChanged(existing, prepared);
    prepared.metadata = countTemplate(existing, prepared, changed).metadata;
  }
  if (!sameJson(wanted(existing), wanted(prepared))) {
    prepared.metadata.generation = (existing.metadata.generation ?? 0) + 1;
  }
  return prepared;
}

function prepareStatus(kind: Kind, existing: KubeObject, next: KubeObject): KubeObject {
  const prepared: KubeObject = { ...existing };
  copyField(next, prepared, 'status');
  const { managedFields } = next.metadata;
  const ownMetadata = kind.custom === undefined ? next.metadata : existing.metadata;
  prepared.metadata = { ...ownMetadata, ...(managedFields && { managedFields }) };
  if (kind.custom === undefined) {
    // Labels are what selectors go by: no status writer may move an object between its owners.
    const { labels } = existing.metadata;
    if (labels === undefined) delete prepared.metadata.labels;
    else prepared.metadata.labels = labels;
  }
  return prepared;
}
