import { targetPort } from '../controllers/endpoints.ts';
import type { Pod, Service } from '../objects.ts';
import { serviceDomain } from './resolv-conf.ts';

export type NameRecord =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'SRV'; readonly target: string; readonly port: number };

/** The part of the cluster that has names. */
export interface NamedThings {
  service(namespace: string, name: string): Service | undefined;
  /** To which it leads now. */
  pods(service: Service): readonly Pod[];
}

/**
 * What the cluster's DNS has under a full name, as Kubernetes specifies it for Services: their addresses
 * and named ports, and where they are headless their pods. A Service that stands for a name outside of
 * the cluster has none.
 * @returns undefined when there is no such name
 * @see https://github.com/kubernetes/dns/blob/master/docs/specification.md
 */
export function recordsOf(fullName: string, things: NamedThings): readonly NameRecord[] | undefined {
  const name = fullName.toLowerCase();
  if (!name.endsWith(`.${serviceDomain}`)) return undefined;
  const labels = name.slice(0, -serviceDomain.length - 1).split('.');
  const [namespace = '', serviceName = '', ...rest] = labels.toReversed();
  const service = things.service(namespace, serviceName);
  if (service?.spec.clusterIP === undefined) return undefined;
  const of = `${serviceName}.${namespace}.${serviceDomain}`;
  const records = isHeadless(service)
    ? headlessRecords(service, of, rest, things.pods(service))
    : ownRecords(service, of, rest);
  return records.length > 0 ? records : undefined;
}

function isHeadless({ spec }: Service): boolean {
  return spec.clusterIP === 'None';
}

function ownRecords({ spec }: Service, target: string, rest: readonly string[]): readonly NameRecord[] {
  if (rest.length === 0) return [{ type: 'A', address: spec.clusterIP ?? '' }];
  const port = portNamed(spec.ports, rest);
  return port ? [{ type: 'SRV', target, port: port.port }] : [];
}

function headlessRecords(
  { metadata, spec }: Service,
  of: string,
  rest: readonly string[],
  pods: readonly Pod[],
): readonly NameRecord[] {
  const endpoints = pods.map((pod) => ({
    pod,
    name: endpointName(pod, metadata.name),
    address: pod.status?.podIP ?? '',
  }));
  if (rest.length < 2) {
    return endpoints
      .filter(({ name }) => rest.length === 0 || name === rest[0])
      .map(({ address }) => ({ type: 'A', address }));
  }
  const port = portNamed(spec.ports, rest);
  if (port === undefined) return [];
  return endpoints.flatMap(({ pod, name }) => {
    const number = targetPort(port, pod);
    return number === undefined ? [] : [{ type: 'SRV', target: `${name}.${of}`, port: number }];
  });
}

/** @param labels - `_tcp`, `_http`: the last of the name first */
function portNamed(ports: Service['spec']['ports'], labels: readonly string[]) {
  const [protocol, name] = labels;
  return ports?.find(
    (port) =>
      labels.length === 2 &&
      `_${port.name}` === name &&
      `_${(port.protocol ?? 'TCP').toLowerCase()}` === protocol,
  );
}

function endpointName({ spec, status }: Pod, service: string): string {
  const hasOwnName = spec.hostname !== undefined && spec.subdomain === service;
  return hasOwnName ? (spec.hostname ?? '') : (status?.podIP ?? '').replaceAll('.', '-');
}
