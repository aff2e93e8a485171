import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';

/** Applies a JSON merge patch (RFC 7386); neither argument is changed. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const merged = isObject(target) ? { ...target } : {};
  for (const [field, change] of Object.entries(patch)) {
    if (change === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], change);
  }
  return merged;
}
