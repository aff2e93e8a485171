import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isSequence, YamlFloat, YamlMap, type YamlNode } from './node.ts';

/**
 * The JSON that Kubernetes makes of a node. What anchors share is copied, so the result may be changed.
 * An integer that a JavaScript number cannot hold becomes `JSON.rawJSON`, which `JSON.stringify` writes
 * digit by digit.
 */
export function toJson(node: YamlNode): JsonValue {
  if (node instanceof YamlMap) return objectOf(node);
  if (isSequence(node)) return node.map(toJson);
  if (node instanceof YamlFloat) return node.value === 0 ? 0 : node.value;
  if (typeof node === 'bigint') return exactNumber(node);
  return node;
}

export function objectOf(map: YamlMap): JsonObject {
  const object: JsonObject = {};
  for (let index = 0; index < map.keys.length; index += 1) {
    setMember(object, map.keys[index] ?? '', toJson(map.values[index] ?? null));
  }
  return object;
}

/** Sets a member of any name: `__proto__` becomes one like the others. */
export function setMember(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** To the type system it is a value like any other; only `JSON.stringify` looks into it. */
function exactNumber(value: bigint): JsonValue {
  return JSON.rawJSON(value.toString()) as unknown as JsonValue;
}
