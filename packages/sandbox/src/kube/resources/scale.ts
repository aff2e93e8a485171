import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { badRequest, internalError, invalid } from '../api-error.ts';
import { trackUpdate } from '../fields/track.ts';
import { isObject, type KubeObject, numberAt, objectAt } from '../kube-object.ts';
import { applyJsonPatch, parseJsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import type { Kind } from '../registry/kind.ts';
import { labelsText } from '../tables/core-columns.ts';
import type { Target, World, WriteOptions } from './context.ts';
import type { ChangeType } from './patch.ts';
import { getObject } from './read.ts';
import { commitUpdate } from './update.ts';

interface ScalePaths {
  readonly spec: readonly string[];
  readonly status: readonly string[];
  readonly selector: readonly string[] | undefined;
}

function parsePath(path: string): readonly string[] {
  return path.split('.').filter(Boolean);
}

function pathsOf({ custom }: Kind): ScalePaths {
  if (custom?.scale === undefined) {
    return { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: ['spec', 'selector'] };
  }
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = custom.scale;
  return {
    spec: parsePath(specReplicasPath),
    status: parsePath(statusReplicasPath),
    selector: labelSelectorPath === undefined ? undefined : parsePath(labelSelectorPath),
  };
}

function selectorText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  const labels = objectAt(value, 'matchLabels') ?? objectAt(value);
  return labels === undefined ? undefined : labelsText(labels);
}

function valueAtPath(object: KubeObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const field of path) value = isObject(value) ? value[field] : undefined;
  return value;
}

/** The object as `autoscaling/v1` Scale. @throws {ApiError} 500 when a custom object has no replicas */
export function scaleOf(kind: Kind, object: KubeObject): JsonObject {
  const paths = pathsOf(kind);
  const replicas = numberAt(object, ...paths.spec);
  if (replicas === undefined && kind.custom !== undefined) {
    throw internalError(`the spec replicas field ".${paths.spec.join('.')}" does not exist`);
  }
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.selector && selectorText(valueAtPath(object, paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: replicas ? { replicas } : {},
    status: {
      replicas: numberAt(object, ...paths.status) ?? 0,
      ...(selector !== undefined && { selector }),
    },
  };
}

function withReplicas(object: KubeObject, path: readonly string[], replicas: number): KubeObject {
  const changed = structuredClone(object) as JsonObject;
  let inner = changed;
  for (const field of path.slice(0, -1)) {
    const next = inner[field];
    const made: JsonObject = isObject(next) ? next : {};
    inner[field] = made;
    inner = made;
  }
  inner[path.at(-1) ?? ''] = replicas;
  return changed as KubeObject;
}

/** Writes a Scale, as `PUT` or as the result of a patch. @throws {ApiError} */
export function writeScale(
  world: World,
  kind: Kind,
  target: Target,
  scale: JsonValue,
  options: WriteOptions,
): JsonObject {
  const live = getObject(world, kind, target);
  if (!isObject(scale)) throw badRequest('expected a Scale');
  const replicas = numberAt(scale, 'spec', 'replicas') ?? 0;
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    const fault = { reason: 'FieldValueInvalid', field: 'spec.replicas', message } as const;
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, target.name, [fault]);
  }
  const version = objectAt(scale, 'metadata')?.['resourceVersion'];
  const scaled = withReplicas(live, pathsOf(kind).spec, replicas);
  if (typeof version === 'string') scaled.metadata = { ...scaled.metadata, resourceVersion: version };
  // Custom objects are not tracked through this door.
  const tracked =
    kind.custom === undefined
      ? trackUpdate(world, kind, 'scale', live, scaled, options.manager, { withoutTime: true })
      : scaled;
  return scaleOf(
    kind,
    commitUpdate(world, kind, { ...target, subresource: undefined }, live, tracked, options),
  );
}

/** `PATCH` of the scale subresource. */
export function patchScale(
  world: World,
  kind: Kind,
  target: Target,
  type: ChangeType,
  patch: JsonValue,
  options: WriteOptions,
): JsonObject {
  const live = getObject(world, kind, target);
  const before =
    kind.custom === undefined || valueAtPath(live, pathsOf(kind).spec) !== undefined
      ? scaleOf(kind, live)
      : { metadata: { name: target.name } };
  const after = type === 'json' ? applyJsonPatch(before, parseJsonPatch(patch)) : mergePatch(before, patch);
  return writeScale(world, kind, target, after, options);
}
