import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, listAt, objectAt, stringAt } from '../kube-object.ts';
import { type DefaultType, fill } from './default-type.ts';

/** An image without a tag or digest, or with `:latest`, is pulled always. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function container(value: JsonObject): void {
  fill(value, {
    imagePullPolicy: pullPolicy(stringAt(value, 'image') ?? ''),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
}

function podSpec(value: JsonObject): void {
  fill(value, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  });
  // The old name of the field is still written beside the new one.
  const account = value['serviceAccountName'] ?? value['serviceAccount'];
  if (account !== undefined && account !== '') {
    value['serviceAccountName'] = account;
    value['serviceAccount'] = account;
  }
}

/** Limits stand for requests that are not given; only a pod's own, not those of a template. */
function pod(value: JsonObject): void {
  const spec = objectAt(value, 'spec');
  if (spec === undefined) return;
  fill(spec, { enableServiceLinks: true });
  for (const each of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]) {
    const resources = objectAt(each, 'resources');
    const limits = objectAt(resources, 'limits');
    if (resources !== undefined && limits !== undefined) {
      resources['requests'] = { ...limits, ...objectAt(resources, 'requests') };
    }
    if (spec['hostNetwork'] !== true) continue;
    for (const port of listAt(each, 'ports')) {
      if (isObject(port) && port['containerPort'] !== undefined)
        fill(port, { hostPort: port['containerPort'] });
    }
  }
}

const volumeNames: ReadonlySet<string> = new Set(['name']);

function volume(value: JsonObject): void {
  const sources = Object.keys(value).filter((field) => !volumeNames.has(field));
  if (sources.length === 0) value['emptyDir'] = {};
}

function probe(value: JsonObject): void {
  for (const [field, entry] of Object.entries({
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  })) {
    if (!value[field]) value[field] = entry;
  }
}

/** Whether a service can be reached from outside of the cluster. */
export function isExternal(spec: JsonObject): boolean {
  const type = spec['type'];
  return (
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0)
  );
}

function service(value: JsonObject): void {
  const spec = objectAt(value, 'spec');
  if (spec === undefined) return;
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  else if (objectAt(spec, 'sessionAffinityConfig', 'clientIP')?.['timeoutSeconds'] === undefined) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10_800 } };
  }
  for (const port of listAt(spec, 'ports')) {
    if (!isObject(port)) continue;
    fill(port, { protocol: 'TCP' });
    if (!port['targetPort'] && port['port'] !== undefined) port['targetPort'] = port['port'];
  }
  if (isExternal(spec)) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec['type'] !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (spec['type'] === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
}

function namespace(value: JsonObject): void {
  const metadata = objectAt(value, 'metadata');
  const name = stringAt(metadata, 'name');
  if (metadata !== undefined && name) {
    metadata['labels'] = { ...objectAt(metadata, 'labels'), 'kubernetes.io/metadata.name': name };
  }
  const spec = { ...objectAt(value, 'spec') };
  value['spec'] = spec;
}

/** `stringData` is only a way to write: what is kept, and owned, is `data`. */
function secret(value: JsonObject): void {
  const plain = objectAt(value, 'stringData');
  if (plain !== undefined) {
    const encoded = Object.entries(plain).map(([key, text]): [string, JsonValue] => [
      key,
      Buffer.from(String(text)).toString('base64'),
    ]);
    value['data'] = { ...objectAt(value, 'data'), ...Object.fromEntries(encoded) };
    delete value['stringData'];
  }
  fill(value, { type: 'Opaque' });
}

function limitRangeItem(value: JsonObject): void {
  if (value['type'] !== 'Container') return;
  const limits = { ...objectAt(value, 'max'), ...objectAt(value, 'default') };
  const requests = { ...objectAt(value, 'min'), ...limits, ...objectAt(value, 'defaultRequest') };
  if (Object.keys(limits).length > 0) value['default'] = limits;
  if (Object.keys(requests).length > 0) value['defaultRequest'] = requests;
}

function replicationController(value: JsonObject): void {
  const spec = objectAt(value, 'spec');
  const labels = objectAt(spec, 'template', 'metadata', 'labels');
  const metadata = objectAt(value, 'metadata');
  if (spec === undefined || metadata === undefined) return;
  fill(spec, { replicas: 1 });
  if (labels !== undefined) {
    fill(spec, { selector: labels });
    fill(metadata, { labels });
  }
}

const fileMode = 0o644;

export const coreDefaults: Readonly<Record<string, DefaultType>> = {
  'core.v1.ConfigMapVolumeSource': (value) => fill(value, { defaultMode: fileMode }),
  'core.v1.Container': container,
  'core.v1.DownwardAPIVolumeSource': (value) => fill(value, { defaultMode: fileMode }),
  'core.v1.EphemeralContainer': container,
  'core.v1.HTTPGetAction': (value) => fill(value, { path: '/', scheme: 'HTTP' }),
  'core.v1.HostPathVolumeSource': (value) => {
    value['type'] ??= '';
  },
  'core.v1.LimitRangeItem': limitRangeItem,
  'core.v1.Namespace': namespace,
  'core.v1.ObjectFieldSelector': (value) => fill(value, { apiVersion: 'v1' }),
  'core.v1.PersistentVolumeClaimSpec': (value) => fill(value, { volumeMode: 'Filesystem' }),
  'core.v1.PersistentVolumeSpec': (value) =>
    fill(value, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
  'core.v1.EndpointPort': (value) => fill(value, { protocol: 'TCP' }),
  'core.v1.Pod': pod,
  'core.v1.PodSpec': podSpec,
  'core.v1.Probe': probe,
  'core.v1.ProjectedVolumeSource': (value) => fill(value, { defaultMode: fileMode }),
  'core.v1.ReplicationController': replicationController,
  'core.v1.Secret': secret,
  'core.v1.SecretVolumeSource': (value) => fill(value, { defaultMode: fileMode }),
  'core.v1.Service': service,
  'core.v1.ServiceAccountTokenProjection': (value) => fill(value, { expirationSeconds: 3600 }),
  'core.v1.Volume': volume,
};
