import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, type KubeObject, listAt, objectAt, stringAt, timestamp } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { priorityOf } from './priority.ts';

function withSpec(object: KubeObject, change: JsonObject): KubeObject {
  return { ...object, spec: { ...objectAt(object, 'spec'), ...change } };
}

function withFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const finalizers = [...new Set([...(object.metadata.finalizers ?? []), finalizer])];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

/** Seconds that a pod stays on a node that is away. */
const tolerationSeconds = 300;

function toleration(key: string): JsonObject {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds };
}

function admitPod(world: World, pod: KubeObject): KubeObject {
  const tolerations = [...listAt(pod, 'spec', 'tolerations')];
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const covered = tolerations.some((each) => {
      const own = stringAt(each, 'key') ?? '';
      const effect = stringAt(each, 'effect') ?? '';
      return (own === key || own === '') && (effect === 'NoExecute' || effect === '');
    });
    if (!covered) tolerations.push(toleration(key));
  }
  const status: JsonObject = { phase: 'Pending', qosClass: qosClass(pod) };
  const className = stringAt(pod, 'spec', 'priorityClassName') ?? '';
  return { ...withSpec(pod, { tolerations, ...priorityOf(world, className) }), status };
}

function qosClass(pod: KubeObject): string {
  const containers = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')];
  const resources = containers.map((container) => objectAt(container, 'resources') ?? {});
  const none = resources.every(
    (each) => Object.keys({ ...objectAt(each, 'limits'), ...objectAt(each, 'requests') }).length === 0,
  );
  if (none) return 'BestEffort';
  const guaranteed = resources.every((each) => {
    const limits = objectAt(each, 'limits') ?? {};
    const requests = objectAt(each, 'requests') ?? limits;
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && limits[name] === requests[name]);
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** A job finds its pods by its own uid, unless its selector was made by hand. */
function admitJob(job: KubeObject): KubeObject {
  const spec = objectAt(job, 'spec') ?? {};
  if (spec['manualSelector'] === true) return job;
  const { uid = '', name } = job.metadata;
  const template = { ...objectAt(spec, 'template') };
  const labels = {
    ...objectAt(template, 'metadata', 'labels'),
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  template['metadata'] = { ...objectAt(template, 'metadata'), labels };
  const selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  const own = job.metadata.labels ?? labels;
  return { ...withSpec(job, { template, selector }), metadata: { ...job.metadata, labels: own } };
}

function admitNamespace(namespace: KubeObject): KubeObject {
  return withSpec(namespace, { finalizers: ['kubernetes'] });
}

function admitNode(node: KubeObject): KubeObject {
  const taint: JsonObject = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  const taints: JsonValue[] = [...listAt(node, 'spec', 'taints')];
  if (!taints.some((each) => stringAt(each, 'key') === taint['key'])) taints.push(taint);
  return withSpec(node, { taints });
}

function admitDefinition(definition: KubeObject): KubeObject {
  const stored = listAt(definition, 'spec', 'versions').filter(
    (version) => objectAt({ version }, 'version')?.['storage'],
  );
  const storedVersions = stored.map((version) => stringAt(version, 'name') ?? '');
  return { ...definition, status: { ...objectAt(definition, 'status'), storedVersions } };
}

/** What the server's admission adds to a new object, after its defaults and before it is checked. */
export function admitCreate(world: World, kind: Kind, object: KubeObject): KubeObject {
  switch (kind.storage) {
    case '/pods':
      return admitPod(world, object);
    case '/namespaces':
      return admitNamespace(object);
    case '/nodes':
      return admitNode(object);
    case '/persistentvolumeclaims':
      return withFinalizer(object, 'kubernetes.io/pvc-protection');
    case '/persistentvolumes': {
      const status = { ...objectAt(object, 'status'), lastPhaseTransitionTime: timestamp(world.now()) };
      return withFinalizer({ ...object, status }, 'kubernetes.io/pv-protection');
    }
    case 'apiextensions.k8s.io/customresourcedefinitions':
      return admitDefinition(object);
    case 'batch/jobs':
      return admitJob(object);
    default:
      return object;
  }
}

/** Counts the changes of a DaemonSet's template in its annotation, which is how it was once told. */
export function countTemplate(existing: KubeObject, next: KubeObject, changed: boolean): KubeObject {
  const key = 'deprecated.daemonset.template.generation';
  const count = Number(existing.metadata.annotations?.[key] ?? 1) + (changed ? 1 : 0);
  const annotations = { ...next.metadata.annotations, [key]: String(count) };
  return { ...next, metadata: { ...next.metadata, annotations } };
}

export function isTemplateChanged(existing: KubeObject, next: KubeObject): boolean {
  const text = (object: KubeObject): string => JSON.stringify(objectAt(object, 'spec', 'template') ?? {});
  return isObject(next['spec']) && text(existing) !== text(next);
}
