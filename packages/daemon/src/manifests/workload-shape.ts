import { isSequence, YamlFloat, YamlMap, type YamlNode } from './yaml/node.ts';

/**
 * Tells what is wrong with a value: the field and what it should be, never the value itself. Null and
 * absent fields are right everywhere.
 */
type Shape = (node: YamlNode, path: string) => string | undefined;

/**
 * Looks at those fields of a workload that the daemon itself reads, as Flux v1 does before it applies.
 * @param kind - as written; kinds that are no workloads may look as they like
 * @returns the first field that has the wrong type; undefined when all are right
 */
export function shapeProblem(kind: string, object: YamlMap): string | undefined {
  return shapes.get(kind)?.(object, '');
}

/** Whether a value can be read as text: `"1"`, `1` and `true` can. */
export function isScalar(node: YamlNode): boolean {
  return !(node instanceof YamlMap) && !isSequence(node);
}

const scalar: Shape = (node, path) => (isScalar(node) ? undefined : `${path} must be a single value`);

const integer: Shape = (node, path) => {
  const fits =
    node === null || typeof node === 'number' || typeof node === 'bigint' || node instanceof YamlFloat;
  return fits ? undefined : `${path} must be an integer`;
};

function listOf(shape: Shape): Shape {
  return (node, path) => {
    if (node === null) return undefined;
    if (!isSequence(node)) return `${path} must be a list`;
    for (let index = 0; index < node.length; index += 1) {
      const problem = shape(node[index] ?? null, `${path}[${index}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function mappingOf(shape: Shape): Shape {
  return (node, path) => {
    if (node === null) return undefined;
    if (!(node instanceof YamlMap)) return `${path} must be a mapping`;
    for (let index = 0; index < node.keys.length; index += 1) {
      const problem = shape(node.values[index] ?? null, join(path, node.keys[index] ?? ''));
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function fields(shapesByKey: Readonly<Record<string, Shape>>): Shape {
  const known = Object.entries(shapesByKey);
  return (node, path) => {
    if (node === null) return undefined;
    if (!(node instanceof YamlMap)) return `${path} must be a mapping`;
    for (const [key, shape] of known) {
      const value = node.get(key) ?? null;
      const problem = value === null ? undefined : shape(value, join(path, key));
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

const container = fields({
  name: scalar,
  image: scalar,
  args: listOf(scalar),
  env: listOf(fields({ name: scalar, value: scalar })),
});

const podTemplate = fields({
  metadata: fields({ labels: mappingOf(scalar), annotations: mappingOf(scalar) }),
  spec: fields({
    containers: listOf(container),
    initContainers: listOf(container),
    volumes: listOf(fields({ secret: fields({}) })),
  }),
});

const replicated = fields({ spec: fields({ replicas: integer, template: podTemplate }) });

const shapes: ReadonlyMap<string, Shape> = new Map([
  ['Deployment', replicated],
  ['StatefulSet', replicated],
  ['DaemonSet', fields({ spec: fields({ template: podTemplate }) })],
  ['CronJob', fields({ spec: fields({ jobTemplate: fields({ spec: fields({ template: podTemplate }) }) }) })],
]);
