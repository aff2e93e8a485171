import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { sameJson } from '../../../kube/kube-object.ts';
import type { Deployment, PodTemplate, ReplicaSet } from '../../objects.ts';
import { ownerReference } from '../controller.ts';
import { templateHash } from '../template-hash.ts';
import { slackOf } from './replica-counts.ts';

export const hashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that are about it alone. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  'deployment.kubernetes.io/revision-history',
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

export const revisionOf = (set: ReplicaSet): number =>
  Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;

/** Made from this template; the label that only the set's pods have does not count. */
export function hasTemplate(set: ReplicaSet, template: PodTemplate): boolean {
  return sameJson(withoutHash(set.spec.template), withoutHash(template));
}

function withoutHash(template: PodTemplate): JsonValue {
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } } as JsonValue;
}

/** @param isTaken - whether there is a set of that name, of another template or owner */
export function nameFor(
  deployment: Deployment,
  isTaken: (name: string) => boolean,
): { readonly name: string; readonly hash: string } {
  for (let collisions = 0; ; collisions += 1) {
    const template = deployment.spec.template as unknown as JsonObject;
    const hash = templateHash(collisions === 0 ? template : { template, collisions });
    const name = `${deployment.metadata.name}-${hash}`;
    if (!isTaken(name)) return { name, hash };
  }
}

/** The annotations that a set takes from its Deployment; they follow its changes. */
export function annotationsFor(deployment: Deployment, revision: number): Record<string, string> {
  const replicas = deployment.spec.replicas ?? 1;
  const inherited = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !ownAnnotations.has(key),
  );
  return {
    ...Object.fromEntries(inherited),
    [desiredAnnotation]: String(replicas),
    [maxAnnotation]: String(replicas + slackOf(deployment).surge),
    [revisionAnnotation]: String(revision),
  };
}

/** How many replicas the Deployment wanted when this set was last sized, if it says. */
export function sizedFor(set: ReplicaSet): number | undefined {
  const text = set.metadata.annotations?.[desiredAnnotation];
  return text === undefined ? undefined : Number(text);
}

/** A set with another size, for what its Deployment wants now. */
export function resized(set: ReplicaSet, replicas: number, deployment: Deployment): ReplicaSet {
  const wanted = deployment.spec.replicas ?? 1;
  return {
    ...set,
    metadata: {
      ...set.metadata,
      annotations: {
        ...set.metadata.annotations,
        [desiredAnnotation]: String(wanted),
        [maxAnnotation]: String(wanted + slackOf(deployment).surge),
      },
    },
    spec: { ...set.spec, replicas },
  };
}

export function newReplicaSet(
  deployment: Deployment,
  { name, hash }: { readonly name: string; readonly hash: string },
  revision: number,
  replicas: number,
): JsonObject {
  const { template, selector, minReadySeconds } = deployment.spec;
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const spec: ReplicaSet['spec'] = {
    replicas,
    ...(minReadySeconds !== undefined && { minReadySeconds }),
    selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
    template: { ...template, metadata: { ...template.metadata, labels } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: deployment.metadata.namespace ?? 'default',
      labels,
      annotations: annotationsFor(deployment, revision),
      ownerReferences: [ownerReference(deployment)],
    },
    spec,
  };
}
