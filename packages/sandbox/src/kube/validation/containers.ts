import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { type FaultList, fieldPath } from './fault-list.ts';
import { checkLabel, checkPortName, checkQualifiedName } from './names.ts';
import { compareQuantities, isNegative } from './quantity.ts';

const portText = 'must be between 1 and 65535, inclusive';

function isPort(value: number): boolean {
  return value >= 1 && value <= 65_535;
}

/** A port by number or by name. */
export function checkPortReference(faults: FaultList, field: string, port: JsonValue | undefined): void {
  if (typeof port === 'string') {
    for (const why of checkPortName(port)) faults.invalid(field, port, why);
  } else if (!isPort(Number(port ?? 0))) faults.invalid(field, port ?? 0, portText);
}

export function checkPortNumber(faults: FaultList, field: string, port: JsonValue | undefined): void {
  if (!isPort(Number(port ?? 0))) faults.invalid(field, port ?? 0, portText);
}

function checkPorts(faults: FaultList, container: JsonObject, field: string): void {
  const names = new Set<string>();
  for (const [index, port] of listAt(container, 'ports').entries()) {
    const path = fieldPath(field, 'ports', index);
    const name = stringAt(port, 'name');
    if (name) {
      const wrong = checkPortName(name);
      for (const why of wrong) faults.invalid(`${path}.name`, name, why);
      if (wrong.length === 0 && names.has(name)) faults.duplicate(`${path}.name`, name);
      names.add(name);
    }
    const number = numberAt(port, 'containerPort') ?? 0;
    if (number === 0) faults.required(`${path}.containerPort`);
    else checkPortNumber(faults, `${path}.containerPort`, number);
    const host = numberAt(port, 'hostPort');
    if (host !== undefined && host !== 0) checkPortNumber(faults, `${path}.hostPort`, host);
    const protocol = stringAt(port, 'protocol') ?? '';
    if (protocol === '') faults.required(`${path}.protocol`);
    else faults.oneOf(`${path}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
  }
}

const valueSources = [
  'fieldRef',
  'resourceFieldRef',
  'configMapKeyRef',
  'secretKeyRef',
  'fileKeyRef',
] as const;

function checkEnv(faults: FaultList, container: JsonObject, field: string): void {
  for (const [index, variable] of listAt(container, 'env').entries()) {
    const path = fieldPath(field, 'env', index);
    const name = stringAt(variable, 'name') ?? '';
    if (name === '') faults.required(`${path}.name`);
    else if (!/^[ -<>-~]+$/.test(name)) {
      const why =
        "a valid environment variable name must consist only of printable ASCII characters other than '='";
      faults.invalid(`${path}.name`, name, why);
    }
    const from = objectAt(variable, 'valueFrom');
    if (from === undefined) continue;
    const given = valueSources.filter((source) => from[source] !== undefined);
    if (given.length === 0) {
      const why =
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
      faults.invalid(`${path}.valueFrom`, '', why);
    } else if (stringAt(variable, 'value')) {
      faults.invalid(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty');
    } else if (given.length > 1) {
      faults.invalid(`${path}.valueFrom`, '', 'may not have more than one field specified at a time');
    }
  }
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

function checkProbe(faults: FaultList, probe: JsonObject, field: string): void {
  const given = handlers.filter((handler) => probe[handler] !== undefined);
  for (const extra of given.slice(1)) {
    faults.forbidden(`${field}.${extra}`, 'may not specify more than 1 handler type');
  }
  const [first] = given;
  if (first === undefined) faults.required(field, 'must specify a handler type');
  if (first === 'httpGet' || first === 'tcpSocket') {
    checkPortReference(faults, `${field}.${first}.port`, objectAt(probe, first)?.['port']);
  }
  if (first === 'exec' && listAt(probe, 'exec', 'command').length === 0)
    faults.required(`${field}.exec.command`);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    faults.notNegative(`${field}.${name}`, probe[name]);
  }
  if (/\.(liveness|startup)Probe$/.test(field) && numberAt(probe, 'successThreshold') !== 1) {
    faults.invalid(`${field}.successThreshold`, probe['successThreshold'], 'must be 1');
  }
}

const standardResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

function checkResourceName(faults: FaultList, name: string, field: string): void {
  for (const why of checkQualifiedName(name)) faults.invalid(field, name, why);
  if (name.includes('/') || standardResources.has(name) || name.startsWith('hugepages-')) return;
  faults.invalid(field, name, 'must be a standard resource type or fully qualified');
  faults.invalid(field, name, 'must be a standard resource for containers');
}

function checkResources(faults: FaultList, container: JsonObject, field: string): void {
  const limits = objectAt(container, 'resources', 'limits') ?? {};
  const requests = objectAt(container, 'resources', 'requests') ?? {};
  for (const [part, quantities] of Object.entries({ limits, requests })) {
    for (const [name, value] of Object.entries(quantities)) {
      const path = `${field}.resources.${part}[${name}]`;
      checkResourceName(faults, name, path);
      if (isNegative(value)) faults.invalid(path, String(value), 'must be greater than or equal to 0');
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit !== undefined && compareQuantities(request, limit) > 0) {
      const why = `must be less than or equal to ${name} limit of ${String(limit)}`;
      faults.invalid(`${field}.resources.requests`, String(request), why);
    }
  }
}

function checkMounts(
  faults: FaultList,
  container: JsonObject,
  field: string,
  volumes: ReadonlySet<string>,
): void {
  const paths = new Set<string>();
  for (const [index, mount] of listAt(container, 'volumeMounts').entries()) {
    const path = fieldPath(field, 'volumeMounts', index);
    const name = stringAt(mount, 'name') ?? '';
    const mountPath = stringAt(mount, 'mountPath') ?? '';
    if (name === '') faults.required(`${path}.name`);
    else if (!volumes.has(name)) faults.notFound(`${path}.name`, name);
    if (mountPath === '') faults.required(`${path}.mountPath`);
    else if (paths.has(mountPath)) faults.invalid(`${path}.mountPath`, mountPath, 'must be unique');
    paths.add(mountPath);
  }
}

function checkSecurity(faults: FaultList, container: JsonObject, field: string): void {
  for (const id of ['runAsUser', 'runAsGroup']) {
    const value = numberAt(container, 'securityContext', id);
    if (value !== undefined && (value < 0 || value > 2_147_483_647)) {
      faults.invalid(`${field}.securityContext.${id}`, value, 'must be between 0 and 2147483647, inclusive');
    }
  }
}

/** One container of a pod; `names` holds those of its siblings that came before. */
export function checkContainer(
  faults: FaultList,
  container: JsonValue,
  field: string,
  volumes: ReadonlySet<string>,
  names: Set<string>,
): void {
  if (!isObject(container)) return;
  const name = stringAt(container, 'name') ?? '';
  if (name === '') faults.required(`${field}.name`);
  else for (const why of checkLabel(name)) faults.invalid(`${field}.name`, name, why);
  if (name !== '' && names.has(name)) faults.duplicate(`${field}.name`, name);
  names.add(name);
  if (!stringAt(container, 'image')) faults.required(`${field}.image`);
  const termination = stringAt(container, 'terminationMessagePolicy') ?? '';
  checkPorts(faults, container, field);
  checkEnv(faults, container, field);
  checkMounts(faults, container, field, volumes);
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const value = objectAt(container, probe);
    if (value !== undefined) checkProbe(faults, value, `${field}.${probe}`);
  }
  faults.oneOf(`${field}.terminationMessagePolicy`, termination, ['File', 'FallbackToLogsOnError']);
  faults.oneOf(`${field}.imagePullPolicy`, container['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never']);
  checkResources(faults, container, field);
  checkSecurity(faults, container, field);
}
