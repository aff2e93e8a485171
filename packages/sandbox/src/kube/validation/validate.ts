import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';

export function validateCreate(_kind: Kind, _object: KubeObject): void {}
export function validateUpdate(
  _kind: Kind,
  _subresource: string | undefined,
  _object: KubeObject,
  _existing: KubeObject,
  _next: KubeObject,
): void {}
