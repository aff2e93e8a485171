import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';

export function allocate(
  _world: World,
  _kind: Kind,
  object: KubeObject,
  _existing: KubeObject | undefined,
): KubeObject {
  return object;
}
