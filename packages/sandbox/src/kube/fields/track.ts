import { type KubeObject, sameJson } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';

export function trackCreate(_world: World, _kind: Kind, object: KubeObject, _manager: string): KubeObject {
  return object;
}
export function trackUpdate(
  _world: World,
  _kind: Kind,
  _subresource: string | undefined,
  _live: KubeObject,
  object: KubeObject,
  _manager: string,
): KubeObject {
  return object;
}
export function sameButForTimes(a: KubeObject, b: KubeObject): boolean {
  return sameJson(a, b);
}
