import type { JsonValue } from '@fluxctl/shared/kube-object';
import { badRequest } from '../api-error.ts';
import { trackUpdate } from '../fields/track.ts';
import { isObject, jsonType, type KubeObject } from '../kube-object.ts';
import { applyJsonPatch, parseJsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import type { Kind } from '../registry/kind.ts';
import type { Target, World, WriteOptions } from './context.ts';
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

function patched(
  kind: Kind,
  live: KubeObject,
  type: Exclude<PatchType, 'apply'>,
  patch: JsonValue,
): JsonValue {
  if (type === 'json') return applyJsonPatch(live, parseJsonPatch(patch));
  if (!isObject(patch)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonType(patch)} into Go value of type map[string]interface {}`,
    );
  }
  void kind;
  return mergePatch(live, patch);
}

/** `PATCH` with one of the three patches that change what is there. */
export function patchObject(
  world: World,
  kind: Kind,
  target: Target,
  type: Exclude<PatchType, 'apply'>,
  patch: JsonValue,
  options: WriteOptions,
): KubeObject {
  const live = getObject(world, kind, target);
  const next = decode(kind, patched(kind, live, type, patch), options);
  checkName(next, target.name);
  const tracked = trackUpdate(world, kind, target.subresource, live, next, options.manager);
  return commitUpdate(world, kind, target, live, tracked, options);
}
