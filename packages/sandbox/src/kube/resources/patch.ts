import type { JsonValue } from '@fluxctl/shared/kube-object';
import { ApiError, badRequest } from '../api-error.ts';
import { trackUpdate } from '../fields/track.ts';
import { isObject, jsonType, type KubeObject } from '../kube-object.ts';
import { applyJsonPatch, parseJsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import type { Kind } from '../registry/kind.ts';
import type { Target, World, WriteOptions } from './context.ts';
import { placeInNamespace } from './create.ts';
import { decode } from './decode.ts';
import { getObject } from './read.ts';
import { checkName, commitUpdate } from './update.ts';

export const patchTypes = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

export type PatchType = (typeof patchTypes)[keyof typeof patchTypes];
export type ChangeType = Exclude<PatchType, 'apply'>;

/** @throws {ApiError} 415 for a strategic patch of a custom kind, 400 for a patch of another JSON type */
function patched(kind: Kind, live: KubeObject, type: ChangeType, patch: JsonValue): JsonValue {
  if (type === 'json') return applyJsonPatch(live, parseJsonPatch(patch));
  if (type === 'strategic' && kind.custom !== undefined) {
    const accepted =
      'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
    const text = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
    throw new ApiError(415, 'UnsupportedMediaType', text);
  }
  if (!isObject(patch)) {
    const text = `json: cannot unmarshal ${jsonType(patch)} into Go value of type map[string]interface {}`;
    throw badRequest(type === 'merge' ? `error decoding patch: ${text}` : text);
  }
  return type === 'merge' ? mergePatch(live, patch) : strategicMerge(kind.schema, live, patch);
}

/** What a patch makes unreadable is blamed on the patch, not on the object. */
function unreadable(shown: JsonValue, fault: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(shown))}: ${fault}`;
  return new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  });
}

/** `PATCH` with one of the three patches that change what is there. */
export function patchObject(
  world: World,
  kind: Kind,
  target: Target,
  type: ChangeType,
  patch: JsonValue,
  options: WriteOptions,
): KubeObject {
  const live = getObject(world, kind, target);
  const changed = patched(kind, live, type, patch);
  const shown = type === 'strategic' ? patch : changed;
  const decoded = decode(kind, changed, options, (fault) => unreadable(shown, fault));
  const next = placeInNamespace(kind, decoded, target.namespace);
  checkName(next, target.name);
  const tracked = trackUpdate(world, kind, target.subresource, live, next, options.manager);
  return commitUpdate(world, kind, target, live, tracked, options);
}
