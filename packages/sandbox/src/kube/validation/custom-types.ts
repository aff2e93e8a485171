import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
export function checkCustomTypes(_kind: Kind, _object: KubeObject): void {}
