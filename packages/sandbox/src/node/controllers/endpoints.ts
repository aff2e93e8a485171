import type { JsonObject } from '@fluxctl/shared/kube-object';
import { type KubeObject, sameJson } from '../../kube/kube-object.ts';
import type { Pod, Service, ServicePort } from '../objects.ts';
import { isFinished, isReady, isTerminating } from '../pods.ts';
import { hasLabels } from '../selectors.ts';
import { type Change, type Concern, type Controller, kinds, ownerReference } from './controller.ts';

/** Lists the pods behind every Service, in an Endpoints object and an EndpointSlice. */
export const endpointsController: Controller = {
  name: 'endpoint-slice-controller',
  kind: kinds.service,
  watches: [
    {
      kind: kinds.pod,
      concerns: (pod, view) =>
        view
          .list(kinds.service, pod.metadata.namespace ?? '')
          .filter((service) => hasLabels(pod.metadata.labels, (service as Service).spec.selector))
          .map(({ metadata: { namespace, name } }) => ({ namespace, name })),
    },
    { kind: kinds.endpoints, concerns: (endpoints) => sameName(endpoints) },
    {
      kind: kinds.endpointSlice,
      concerns: ({ metadata: { namespace, labels } }) => {
        const name = labels?.[serviceLabel];
        return name === undefined ? [] : [{ namespace, name }];
      },
    },
  ],
  decide({ namespace = 'default', name }, object, view) {
    const endpoints = view.get(kinds.endpoints, namespace, name);
    const service = object as Service | undefined;
    if (service === undefined || isTerminating(service)) {
      // A slice goes with its owner; an Endpoints object has none.
      const isOurs = endpoints?.metadata.labels?.[managedByLabel] === managedBy;
      return { changes: endpoints && isOurs ? [{ act: 'delete', object: endpoints }] : [] };
    }
    if (!service.spec.selector || service.spec.type === 'ExternalName') return { changes: [] };
    const pods = (view.list(kinds.pod, namespace) as readonly Pod[]).filter(
      (pod) =>
        hasLabels(pod.metadata.labels, service.spec.selector) &&
        !isFinished(pod) &&
        pod.status?.podIP !== undefined,
    );
    const [slice] = view.ownedBy(kinds.endpointSlice, service.metadata.uid);
    return {
      changes: [
        ...written(
          endpoints,
          endpointsOf(
            service,
            pods.filter((pod) => !isTerminating(pod)),
          ),
        ),
        ...written(slice, sliceOf(service, pods)),
      ],
    };
  },
};

const serviceLabel = 'kubernetes.io/service-name';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpoint-controller';

function sameName({ metadata: { namespace, name } }: KubeObject): readonly Concern[] {
  return [{ namespace, name }];
}

/** Creates or replaces, and only when something has changed. */
function written(existing: KubeObject | undefined, wanted: JsonObject): readonly Change[] {
  if (existing === undefined) return [{ act: 'create', object: wanted }];
  const { metadata, ...content } = wanted;
  const { labels } = metadata as { labels: Record<string, string> };
  const next = { ...existing, ...content, metadata: { ...existing.metadata, labels } };
  return sameJson(existing, next) ? [] : [{ act: 'update', object: next }];
}

/** The number of the pod's port that a Service's port leads to. */
export function targetPort({ targetPort: target, port }: ServicePort, pod: Pod): number | undefined {
  if (target === undefined) return port;
  if (typeof target === 'number') return target;
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find(({ name }) => name === target)?.containerPort;
}

function portsFor(service: Service, pod: Pod | undefined): JsonObject[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = pod && targetPort(port, pod);
    if (number === undefined) return [];
    return [
      {
        ...(port.name !== undefined && { name: port.name }),
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }),
      },
    ];
  });
}

function targetRef({ metadata: { name, namespace = '', uid = '' } }: Pod): JsonObject {
  return { kind: 'Pod', name, namespace, uid };
}

function endpointsOf(service: Service, pods: readonly Pod[]): JsonObject {
  const address = (pod: Pod): JsonObject => ({
    ip: pod.status?.podIP ?? '',
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: targetRef(pod),
  });
  const counts = (pod: Pod): boolean => isReady(pod) || service.spec.publishNotReadyAddresses === true;
  const ready = pods.filter(counts);
  const unready = pods.filter((pod) => !counts(pod));
  const ports = portsFor(service, pods[0]);
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: service.metadata.name,
      namespace: service.metadata.namespace ?? 'default',
      labels: { ...service.metadata.labels, [managedByLabel]: managedBy },
    },
    ...(pods.length > 0 && {
      subsets: [
        {
          ...(ready.length > 0 && { addresses: ready.map(address) }),
          ...(unready.length > 0 && { notReadyAddresses: unready.map(address) }),
          ...(ports.length > 0 && { ports }),
        },
      ],
    }),
  };
}

function sliceOf(service: Service, pods: readonly Pod[]): JsonObject {
  const { name, namespace = 'default', labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: {
        ...labels,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        [serviceLabel]: name,
      },
      ownerReferences: [ownerReference(service)],
    },
    addressType: 'IPv4',
    endpoints: pods.map((pod) => {
      const ready = isReady(pod);
      const terminating = isTerminating(pod);
      return {
        addresses: [pod.status?.podIP ?? ''],
        conditions: {
          ready: (ready && !terminating) || service.spec.publishNotReadyAddresses === true,
          serving: ready,
          terminating,
        },
        ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
        targetRef: targetRef(pod),
      };
    }),
    ports: portsFor(service, pods[0]),
  };
}
