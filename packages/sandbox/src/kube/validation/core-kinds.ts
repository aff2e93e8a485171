import type { JsonObject } from '@fluxctl/shared/kube-object';
import { type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { checkPortNumber, checkPortReference } from './containers.ts';
import { type FaultList, fieldPath } from './fault-list.ts';
import { checkLabels } from './metadata.ts';
import { checkConfigKey, checkLabel } from './names.ts';

const mebibyte = 1024 * 1024;

function keysAndSize(faults: FaultList, object: KubeObject, field: string, encoded: boolean): number {
  let size = 0;
  for (const [key, value] of Object.entries(objectAt(object, field) ?? {})) {
    for (const why of checkConfigKey(key)) faults.invalid(`${field}[${key}]`, key, why);
    size += encoded ? Buffer.from(String(value), 'base64').length : Buffer.byteLength(String(value));
  }
  return size;
}

function checkConfigMap(faults: FaultList, object: KubeObject): void {
  const binary = objectAt(object, 'binaryData') ?? {};
  for (const key of Object.keys(objectAt(object, 'data') ?? {})) {
    if (Object.hasOwn(binary, key))
      faults.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
  }
  const size = keysAndSize(faults, object, 'data', false) + keysAndSize(faults, object, 'binaryData', true);
  if (size > mebibyte) faults.tooLong('[]', mebibyte);
}

const neededKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function checkSecret(faults: FaultList, object: KubeObject): void {
  const data = objectAt(object, 'data') ?? {};
  if (keysAndSize(faults, object, 'data', true) > mebibyte) faults.tooLong('data', mebibyte);
  const type = stringAt(object, 'type') ?? '';
  for (const key of neededKeys[type] ?? []) if (data[key] === undefined) faults.required(`data[${key}]`);
  if (
    type === 'kubernetes.io/basic-auth' &&
    data['username'] === undefined &&
    data['password'] === undefined
  ) {
    faults.required('data[username]');
    faults.required('data[password]');
  }
}

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const ipAddress = /^(\d{1,3}\.){3}\d{1,3}$|^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;

function checkServicePorts(faults: FaultList, spec: JsonObject): void {
  const ports = listAt(spec, 'ports');
  const names = new Set<string>();
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = fieldPath('spec', 'ports', index);
    const name = stringAt(port, 'name') ?? '';
    if (name === '' && ports.length > 1) faults.required(`${path}.name`);
    else if (name !== '') {
      for (const why of checkLabel(name)) faults.invalid(`${path}.name`, name, why);
      if (names.has(name)) faults.duplicate(`${path}.name`, name);
      names.add(name);
    }
    checkPortNumber(faults, `${path}.port`, numberAt(port, 'port'));
    const protocol = stringAt(port, 'protocol') ?? '';
    faults.oneOf(`${path}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
    checkPortReference(faults, `${path}.targetPort`, objectAt({ port }, 'port')?.['targetPort']);
    if (spec['type'] === 'ClusterIP' && numberAt(port, 'nodePort')) {
      faults.forbidden(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'");
    }
  }
  for (const [index, port] of ports.entries()) {
    const [protocol = '', number = 0] = [stringAt(port, 'protocol'), numberAt(port, 'port')];
    const key = `${protocol}/${number}`;
    if (seen.has(key)) {
      const shown = {
        Name: '',
        Protocol: protocol,
        AppProtocol: null,
        Port: number,
        TargetPort: 0,
        NodePort: 0,
      };
      faults.duplicate(fieldPath('spec', 'ports', index), shown);
    }
    seen.add(key);
  }
}

function checkService(faults: FaultList, object: KubeObject): void {
  const spec = objectAt(object, 'spec') ?? {};
  const type = stringAt(spec, 'type') ?? '';
  const address = stringAt(spec, 'clusterIP') ?? '';
  const headless = address === 'None';
  if (listAt(spec, 'ports').length === 0 && !headless && type !== 'ExternalName')
    faults.required('spec.ports');
  if (type === 'ExternalName' && !stringAt(spec, 'externalName')) faults.required('spec.externalName');
  checkServicePorts(faults, spec);
  checkLabels(faults, spec['selector'], 'spec.selector');
  faults.oneOf('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']);
  faults.oneOf('spec.type', type, serviceTypes);
  if (address !== '' && !headless && !ipAddress.test(address)) {
    const why = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    faults.invalid('spec.clusterIPs[0]', address, why);
  }
}

function checkClaim(faults: FaultList, object: KubeObject): void {
  if (listAt(object, 'spec', 'accessModes').length === 0) {
    faults.required('spec.accessModes', 'at least 1 access mode is required');
  }
  if (objectAt(object, 'spec', 'resources', 'requests')?.['storage'] === undefined) {
    faults.required('spec.resources[storage]');
  }
}

/** Fields of a volume's spec that are no source. */
const volumeFields: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

function checkVolume(faults: FaultList, object: KubeObject): void {
  if (listAt(object, 'spec', 'accessModes').length === 0) faults.required('spec.accessModes');
  const capacity = objectAt(object, 'spec', 'capacity');
  if (capacity === undefined) faults.required('spec.capacity');
  if (capacity?.['storage'] === undefined) faults.notSupported('spec.capacity', capacity, ['storage']);
  const sources = Object.keys(objectAt(object, 'spec') ?? {}).filter((field) => !volumeFields.has(field));
  if (sources.length === 0) faults.required('spec', 'must specify a volume type');
}

function checkEvent(faults: FaultList, object: KubeObject): void {
  const namespace =
    stringAt(object, 'involvedObject', 'namespace') ?? stringAt(object, 'regarding', 'namespace');
  const own = object.metadata.namespace ?? '';
  if (namespace === undefined ? own !== 'default' : namespace !== own) {
    faults.invalid('involvedObject.namespace', namespace ?? '', 'does not match event.namespace');
  }
}

type Check = (faults: FaultList, object: KubeObject) => void;

export const coreChecks: Readonly<Record<string, Check>> = {
  '/configmaps': checkConfigMap,
  '/events': checkEvent,
  '/persistentvolumeclaims': checkClaim,
  '/persistentvolumes': checkVolume,
  '/secrets': checkSecret,
  '/services': checkService,
};
