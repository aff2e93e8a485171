import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { checkContainer } from './containers.ts';
import { type FaultList, fieldPath } from './fault-list.ts';
import { checkLabels } from './metadata.ts';
import { checkLabel, checkSubdomain } from './names.ts';

/** The one field of a source without which it says nothing. */
const sourceFields: Readonly<Record<string, string>> = {
  configMap: 'name',
  hostPath: 'path',
  nfs: 'server',
  persistentVolumeClaim: 'claimName',
  secret: 'secretName',
};

function checkVolumes(faults: FaultList, spec: JsonObject, field: string): Set<string> {
  const names = new Set<string>();
  for (const [index, volume] of listAt(spec, 'volumes').entries()) {
    if (!isObject(volume)) continue;
    const path = fieldPath(field, 'volumes', index);
    const name = stringAt(volume, 'name') ?? '';
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    for (const extra of sources
      .filter((key) => key !== 'emptyDir')
      .slice(sources.includes('emptyDir') ? 0 : 1)) {
      faults.forbidden(`${path}.${extra}`, 'may not specify more than 1 volume type');
    }
    const [source = ''] = sources;
    const needed = sourceFields[source];
    if (sources.length === 1 && needed !== undefined && !stringAt(volume, source, needed)) {
      faults.required(`${path}.${source}.${needed}`);
    }
    if (name === '') faults.required(`${path}.name`);
    else for (const why of checkLabel(name)) faults.invalid(`${path}.name`, name, why);
    if (name !== '' && names.has(name)) faults.duplicate(`${path}.name`, name);
    names.add(name);
  }
  return names;
}

function checkTolerations(faults: FaultList, spec: JsonObject, field: string): void {
  for (const [index, toleration] of listAt(spec, 'tolerations').entries()) {
    const path = fieldPath(field, 'tolerations', index);
    const operator = stringAt(toleration, 'operator') ?? '';
    if (!stringAt(toleration, 'key') && operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      faults.invalid(`${path}.operator`, operator, why);
    }
  }
}

function checkHostPorts(faults: FaultList, spec: JsonObject, field: string): void {
  if (spec['hostNetwork'] !== true) return;
  for (const [index, container] of listAt(spec, 'containers').entries()) {
    for (const [at, port] of listAt(container, 'ports').entries()) {
      const host = numberAt(port, 'hostPort');
      if (host !== undefined && host !== numberAt(port, 'containerPort')) {
        const path = fieldPath(field, 'containers', index, 'ports', at, 'hostPort');
        faults.invalid(path, host, 'must match `containerPort` when `hostNetwork` is true');
      }
    }
  }
}

/** The spec of a pod or of a template. */
export function checkPodSpec(faults: FaultList, spec: JsonObject, field: string): void {
  const volumes = checkVolumes(faults, spec, field);
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) faults.required(`${field}.containers`);
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    checkContainer(faults, container, fieldPath(field, 'containers', index), volumes, names);
  }
  for (const [index, container] of listAt(spec, 'initContainers').entries()) {
    checkContainer(faults, container, fieldPath(field, 'initContainers', index), volumes, names);
  }
  checkHostPorts(faults, spec, field);
  faults.oneOf(`${field}.restartPolicy`, spec['restartPolicy'], ['Always', 'OnFailure', 'Never']);
  faults.oneOf(`${field}.dnsPolicy`, spec['dnsPolicy'], [
    'ClusterFirstWithHostNet',
    'ClusterFirst',
    'Default',
    'None',
  ]);
  checkLabels(faults, spec['nodeSelector'], `${field}.nodeSelector`);
  const account = stringAt(spec, 'serviceAccountName');
  if (account)
    for (const why of checkSubdomain(account)) faults.invalid(`${field}.serviceAccountName`, account, why);
  checkTolerations(faults, spec, field);
}

/** What a pod may change of its spec once it is there. */
function fixedPart(spec: JsonObject): JsonObject {
  const withoutImage = (container: JsonValue): JsonValue => {
    if (!isObject(container)) return container;
    const { image: _, ...rest } = container;
    return rest;
  };
  const { activeDeadlineSeconds: _, tolerations: _tolerations, nodeName: _node, ...rest } = spec;
  return {
    ...rest,
    containers: listAt(spec, 'containers').map(withoutImage),
    initContainers: listAt(spec, 'initContainers').map(withoutImage),
  };
}

const podUpdateText =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function checkPodUpdate(
  faults: FaultList,
  before: JsonValue,
  after: JsonValue,
  same: (a: JsonValue, b: JsonValue) => boolean,
): void {
  const [old = {}, next = {}] = [objectAt(before, 'spec'), objectAt(after, 'spec')];
  for (const field of ['containers', 'initContainers']) {
    if (listAt(old, field).length !== listAt(next, field).length) {
      faults.forbidden(`spec.${field}`, 'pod updates may not add or remove containers');
      return;
    }
  }
  if (!same(fixedPart(old), fixedPart(next))) faults.forbidden('spec', podUpdateText);
}
