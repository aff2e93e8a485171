import type { JsonValue } from '@fluxctl/shared/kube-object';
import { type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { ageColumn, type Column, integer, nameColumn, text, wide } from './column.ts';
import { podCells } from './pod-cells.ts';

const none = '<none>';

function orNone(value: string): string {
  return value === '' ? none : value;
}

/** `a=b,c=d`, in the order of keys. */
export function labelsText(labels: JsonValue | undefined): string {
  const entries = Object.entries(objectAt(labels) ?? {});
  return orNone(
    entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(','),
  );
}

function servicePorts(service: KubeObject): string {
  const ports = listAt(service, 'spec', 'ports').map((port) => {
    const node = numberAt(port, 'nodePort');
    const own = numberAt(port, 'port');
    const protocol = stringAt(port, 'protocol');
    return node === undefined ? `${own}/${protocol}` : `${own}:${node}/${protocol}`;
  });
  return orNone(ports.join(','));
}

function externalIp(service: KubeObject): string {
  const ips = listAt(service, 'spec', 'externalIPs').map(String);
  switch (stringAt(service, 'spec', 'type')) {
    case 'LoadBalancer': {
      const ingress = listAt(service, 'status', 'loadBalancer', 'ingress').map(
        (each) => stringAt(each, 'ip') ?? stringAt(each, 'hostname') ?? '',
      );
      const all = [...ingress, ...ips];
      return all.length > 0 ? all.join(',') : '<pending>';
    }
    case 'ExternalName':
      return stringAt(service, 'spec', 'externalName') ?? none;
    default:
      return orNone(ips.join(','));
  }
}

function size(object: KubeObject, ...fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + Object.keys(objectAt(object, field) ?? {}).length, 0);
}

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions').find((each) => stringAt(each, 'type') === 'Ready');
  const state = ready === undefined ? 'Unknown' : stringAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
  return objectAt(node, 'spec')?.['unschedulable'] === true ? `${state},SchedulingDisabled` : state;
}

function nodeRoles({ metadata }: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return orNone(
    roles
      .map((role) => role.slice(prefix.length))
      .sort()
      .join(','),
  );
}

function nodeAddress(type: string): Column['cell'] {
  return (node) => {
    const found = listAt(node, 'status', 'addresses').find((each) => stringAt(each, 'type') === type);
    return stringAt(found, 'address') ?? none;
  };
}

function nodeInfo(field: string): Column['cell'] {
  return (node) => stringAt(node, 'status', 'nodeInfo', field) ?? '<unknown>';
}

const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modes(list: readonly JsonValue[]): string {
  return list.map((mode) => accessModes[String(mode)] ?? String(mode)).join(',');
}

function phase(object: KubeObject): string {
  const state = stringAt(object, 'status', 'phase') ?? '';
  return object.metadata.deletionTimestamp === undefined ? state : 'Terminating';
}

function endpoints(object: KubeObject): string {
  const all = listAt(object, 'subsets').flatMap((subset) => {
    const ports = listAt(subset, 'ports');
    return listAt(subset, 'addresses').flatMap((address) => {
      const ip = stringAt(address, 'ip') ?? '';
      return ports.length === 0 ? [ip] : ports.map((port) => `${ip}:${numberAt(port, 'port')}`);
    });
  });
  const shown = all.slice(0, 3).join(',');
  return orNone(all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown);
}

const spec =
  (field: string): Column['cell'] =>
  (object) =>
    stringAt(object, 'spec', field) ?? '';

export const coreColumns: Readonly<Record<string, readonly Column[]>> = {
  '/configmaps': [nameColumn, text('Data', (object) => size(object, 'data', 'binaryData')), ageColumn],
  '/endpoints': [nameColumn, text('Endpoints', endpoints), ageColumn],
  '/namespaces': [
    nameColumn,
    text('Status', (object) => stringAt(object, 'status', 'phase') ?? ''),
    ageColumn,
  ],
  '/nodes': [
    nameColumn,
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    ageColumn,
    text('Version', (node) => stringAt(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''),
    wide('Internal-IP', nodeAddress('InternalIP')),
    wide('External-IP', nodeAddress('ExternalIP')),
    wide('OS-Image', nodeInfo('osImage')),
    wide('Kernel-Version', nodeInfo('kernelVersion')),
    wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
  ],
  '/persistentvolumeclaims': [
    nameColumn,
    text('Status', phase),
    text('Volume', spec('volumeName')),
    text('Capacity', (object) => stringAt(object, 'status', 'capacity', 'storage') ?? ''),
    text('Access Modes', (object) => modes(listAt(object, 'status', 'accessModes'))),
    text('StorageClass', spec('storageClassName')),
    text('VolumeAttributesClass', (object) => orUnset(stringAt(object, 'spec', 'volumeAttributesClassName'))),
    ageColumn,
    wide('VolumeMode', (object) => orUnset(stringAt(object, 'spec', 'volumeMode'))),
  ],
  '/persistentvolumes': [
    nameColumn,
    text('Capacity', (object) => stringAt(object, 'spec', 'capacity', 'storage') ?? ''),
    text('Access Modes', (object) => modes(listAt(object, 'spec', 'accessModes'))),
    text('Reclaim Policy', spec('persistentVolumeReclaimPolicy')),
    text('Status', phase),
    text('Claim', (object) => {
      const claim = objectAt(object, 'spec', 'claimRef');
      return claim === undefined ? '' : `${stringAt(claim, 'namespace')}/${stringAt(claim, 'name')}`;
    }),
    text('StorageClass', spec('storageClassName')),
    text('VolumeAttributesClass', (object) => orUnset(stringAt(object, 'spec', 'volumeAttributesClassName'))),
    text('Reason', (object) => stringAt(object, 'status', 'reason') ?? ''),
    ageColumn,
    wide('VolumeMode', (object) => orUnset(stringAt(object, 'spec', 'volumeMode'))),
  ],
  '/pods': podCells,
  '/replicationcontrollers': [
    nameColumn,
    integer('Desired', (object) => numberAt(object, 'spec', 'replicas') ?? 0),
    integer('Current', (object) => numberAt(object, 'status', 'replicas') ?? 0),
    integer('Ready', (object) => numberAt(object, 'status', 'readyReplicas') ?? 0),
    ageColumn,
  ],
  '/secrets': [
    nameColumn,
    text('Type', (object) => stringAt(object, 'type') ?? ''),
    text('Data', (object) => size(object, 'data')),
    ageColumn,
  ],
  '/serviceaccounts': [nameColumn, ageColumn],
  '/services': [
    nameColumn,
    text('Type', spec('type')),
    text('Cluster-IP', (object) => orNone(stringAt(object, 'spec', 'clusterIP') ?? '')),
    text('External-IP', externalIp),
    text('Port(s)', servicePorts),
    ageColumn,
    wide('Selector', (object) => labelsText(objectAt(object, 'spec', 'selector'))),
  ],
};

function orUnset(value: string | undefined): string {
  return value ?? '<unset>';
}
