import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { PodTemplate } from '../objects.ts';
import { ownerReference } from './controller.ts';

/** A pod to be created for its owner; without a name it gets one from the API, `<owner>-x7k2p`. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplate,
  extra: {
    readonly name?: string;
    readonly labels?: Record<string, string>;
    readonly spec?: JsonObject;
  } = {},
): JsonObject {
  const { labels = {}, annotations } = template.metadata ?? {};
  const { name, namespace } = owner.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(extra.name === undefined ? { generateName: `${name}-` } : { name: extra.name }),
      namespace: namespace ?? 'default',
      labels: { ...labels, ...extra.labels },
      ...(annotations && { annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { ...template.spec, ...extra.spec },
  };
}
