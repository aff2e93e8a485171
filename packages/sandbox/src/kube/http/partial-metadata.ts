import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { KubeObject } from '../kube-object.ts';

/** An object as those see it who ask for its metadata only. */
export function partialMetadata(object: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
