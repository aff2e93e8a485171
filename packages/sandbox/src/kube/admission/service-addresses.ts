import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { invalid } from '../api-error.ts';
import { isObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';

/** As Kubernetes' own default. */
const nodePorts = { first: 30_000, last: 32_767 } as const;

/** Service addresses are 10.0.0.0/14, counted upwards. */
function addressOf(index: number): string {
  return `10.${(index >> 16) & 3}.${(index >> 8) & 255}.${index & 255}`;
}

function otherServices(world: World, service: KubeObject): readonly KubeObject[] {
  const { namespace, name } = service.metadata;
  return world.store
    .list('/services')
    .filter(({ metadata }) => metadata.namespace !== namespace || metadata.name !== name);
}

function freeAddress(taken: ReadonlySet<string>): string {
  for (let index = 1; ; index++) {
    const address = addressOf(index);
    if (!taken.has(address)) return address;
  }
}

function freePort(taken: ReadonlySet<number>, random: () => number): number {
  const size = nodePorts.last - nodePorts.first + 1;
  const start = Math.floor(random() * size);
  for (let step = 0; step < size; step++) {
    const port = nodePorts.first + ((start + step) % size);
    if (!taken.has(port)) return port;
  }
  throw new Error('no node port is free');
}

/** An update that leaves out what was allocated keeps it. */
function keepAllocated(spec: JsonObject, before: JsonObject): void {
  if (spec['type'] !== 'ExternalName' && before['type'] !== 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
      const value = before[field];
      if (!spec[field] && value !== undefined) spec[field] = value;
    }
  }
  const wantsPorts = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
  if (!wantsPorts) {
    for (const port of listAt(spec, 'ports')) {
      const old = listAt(before, 'ports').find((candidate) => samePort(candidate, port));
      // A node port that came along from a type that had one is let go with the type.
      if (isObject(port) && old !== undefined && numberAt(old, 'nodePort') === port['nodePort']) {
        delete port['nodePort'];
      }
    }
    return;
  }
  for (const port of listAt(spec, 'ports')) {
    if (!isObject(port) || port['nodePort'] !== undefined) continue;
    const old = listAt(before, 'ports').find((candidate) => samePort(candidate, port));
    const nodePort = numberAt(old, 'nodePort');
    if (nodePort !== undefined) port['nodePort'] = nodePort;
  }
}

function samePort(a: JsonValue, b: JsonValue): boolean {
  return numberAt(a, 'port') === numberAt(b, 'port') && stringAt(a, 'protocol') === stringAt(b, 'protocol');
}

function allocateAddress(
  kind: Kind,
  service: KubeObject,
  spec: JsonObject,
  others: readonly KubeObject[],
): void {
  if (spec['type'] === 'ExternalName') {
    for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field];
    return;
  }
  const taken = new Set(others.map((other) => stringAt(other, 'spec', 'clusterIP') ?? ''));
  const wanted = stringAt(spec, 'clusterIP');
  if (wanted && wanted !== 'None' && taken.has(wanted)) {
    const message = `Invalid value: ${JSON.stringify([wanted])}: failed to allocate IP ${wanted}: provided IP is already allocated`;
    throw invalid(kind, service.metadata.name, [
      { reason: 'FieldValueInvalid', field: 'spec.clusterIPs', message },
    ]);
  }
  const address = wanted || freeAddress(taken);
  spec['clusterIP'] = address;
  spec['clusterIPs'] ??= [address];
  spec['ipFamilies'] ??= ['IPv4'];
  spec['ipFamilyPolicy'] ??= 'SingleStack';
}

function allocatePorts(
  world: World,
  kind: Kind,
  service: KubeObject,
  spec: JsonObject,
  others: readonly KubeObject[],
  dryRun: boolean,
): void {
  const wants =
    spec['type'] === 'NodePort' ||
    (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
  const taken = new Set(
    others.flatMap((other) => listAt(other, 'spec', 'ports').map((port) => numberAt(port, 'nodePort') ?? 0)),
  );
  for (const [index, port] of listAt(spec, 'ports').entries()) {
    if (!isObject(port)) continue;
    const nodePort = numberAt(port, 'nodePort');
    if (nodePort !== undefined) {
      const field = `spec.ports[${index}].nodePort`;
      const outside = !dryRun && (nodePort < nodePorts.first || nodePort > nodePorts.last);
      const why = outside
        ? `provided port is not in the valid range. The range of valid ports is ${nodePorts.first}-${nodePorts.last}`
        : 'provided port is already allocated';
      if (outside || taken.has(nodePort)) {
        const message = `Invalid value: ${nodePort}: ${why}`;
        throw invalid(kind, service.metadata.name, [{ reason: 'FieldValueInvalid', field, message }]);
      }
      taken.add(nodePort);
    }
  }
  if (!wants || dryRun) return;
  for (const port of listAt(spec, 'ports')) {
    if (!isObject(port) || numberAt(port, 'nodePort') !== undefined) continue;
    const free = freePort(taken, world.random);
    taken.add(free);
    port['nodePort'] = free;
  }
}

/**
 * Gives a service its addresses and node ports.
 * @throws {ApiError} 422 when one that it names is taken
 */
export function allocateService(
  world: World,
  kind: Kind,
  service: KubeObject,
  existing: KubeObject | undefined,
  dryRun: boolean,
): KubeObject {
  const spec = structuredClone(objectAt(service, 'spec') ?? {});
  const before = objectAt(existing, 'spec');
  if (before !== undefined) keepAllocated(spec, before);
  // In a dry run nothing is taken, so nothing can be taken already.
  const others = dryRun ? [] : otherServices(world, service);
  allocateAddress(kind, service, spec, others);
  allocatePorts(world, kind, service, spec, others, dryRun);
  return { ...service, spec };
}
