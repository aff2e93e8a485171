import { describe, expect, it } from 'vitest';
import type { Pod, Service } from '../objects.ts';
import { type NamedThings, recordsOf } from './cluster-names.ts';

const ports = [
  { name: 'http', port: 80, targetPort: 8080 },
  { name: 'dns', port: 53, protocol: 'UDP' },
  { port: 9, targetPort: 'unknown' },
];
const services: Readonly<Record<string, Service['spec']>> = {
  'shop/web': { clusterIP: '10.0.0.7', ports },
  'shop/db': { clusterIP: 'None', ports },
  'shop/empty': { clusterIP: 'None', ports },
  'shop/outside': { type: 'ExternalName' },
};
const pods = [pod('10.244.0.3'), pod('10.244.0.4', { hostname: 'db-0', subdomain: 'db' })];

function pod(podIP: string, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podIP },
    spec: { containers: [], ...spec },
    status: { podIP },
  };
}

const things: NamedThings = {
  service(namespace, name) {
    const spec = services[`${namespace}/${name}`];
    return spec && { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec };
  },
  pods: ({ metadata }) => (metadata.name === 'db' ? pods : []),
};

describe('recordsOf', () => {
  it.each([
    { name: 'web.shop', records: ['10.0.0.7'], because: 'a Service has an address' },
    { name: 'WEB.Shop', records: ['10.0.0.7'], because: 'case does not count' },
    { name: '_http._tcp.web.shop', records: ['web.shop:80'], because: 'a named port is found' },
    { name: '_dns._udp.web.shop', records: ['web.shop:53'], because: 'and so is one of UDP' },
    { name: '_dns._tcp.web.shop', records: undefined, because: 'it is found under its protocol alone' },
    { name: '_http.web.shop', records: undefined, because: 'half of a name is none' },
    { name: 'a._http._tcp.web.shop', records: undefined, because: 'nothing is below a port' },
    { name: 'db.shop', records: ['10.244.0.3', '10.244.0.4'], because: 'without an address its pods count' },
    { name: '10-244-0-3.db.shop', records: ['10.244.0.3'], because: 'a pod is named for its address' },
    { name: 'db-0.db.shop', records: ['10.244.0.4'], because: 'a pod may have a name of its own' },
    { name: '10-244-0-3.web.shop', records: undefined, because: 'pods behind an address have no names' },
    {
      name: '_http._tcp.db.shop',
      records: ['10-244-0-3.db.shop:8080', 'db-0.db.shop:8080'],
      because: 'ports are those of the pods',
    },
    { name: 'empty.shop', records: undefined, because: 'without pods there is nothing to find' },
    { name: 'outside.shop', records: undefined, because: 'other names are for others to answer' },
    { name: 'web.elsewhere', records: undefined, because: 'namespaces are apart' },
    { name: 'shop', records: undefined, because: 'a namespace is no Service' },
  ])('$name: $because', ({ name, records }) => {
    const found = recordsOf(`${name}.svc.cluster.local`, things);
    const short = found?.map((record) =>
      record.type === 'A'
        ? record.address
        : `${record.target.replace(/\.svc\.cluster\.local$/, '')}:${record.port}`,
    );
    expect(short).toEqual(records);
  });

  it('has nothing of the world', () => {
    expect(recordsOf('index.docker.io', things)).toBeUndefined();
  });
});
