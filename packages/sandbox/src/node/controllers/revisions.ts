import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { type KubeObject, sameJson } from '../../kube/kube-object.ts';
import type { ControllerRevision, PodTemplate } from '../objects.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Change, kinds, ownerReference } from './controller.ts';
import { templateHash } from './template-hash.ts';

/** The label by which pods of StatefulSets and DaemonSets tell their template. */
export const revisionLabel = 'controller-revision-hash';

/** The templates that a StatefulSet or DaemonSet has had. */
export interface Revisions {
  /** Name of the present template's. */
  readonly current: string;
  /** What {@link revisionLabel} says on pods of the present template. */
  readonly hash: string;
  /** Records the present template where that was not done yet, and forgets templates that nobody needs. */
  readonly changes: readonly Change[];
  /** The template that a revision's name stands for. */
  templateOf(name: string): PodTemplate | undefined;
}

export function revisionsOf(
  owner: KubeObject & { spec: { template: PodTemplate; revisionHistoryLimit?: number } },
  view: ClusterView,
  inUse: ReadonlySet<string>,
): Revisions {
  const known = view.ownedBy(kinds.revision, owner.metadata.uid) as readonly ControllerRevision[];
  const data = { spec: { template: owner.spec.template } } as unknown as JsonObject;
  const hash = templateHash(data);
  const current = `${owner.metadata.name}-${hash}`;
  const newest = Math.max(0, ...known.map(({ revision }) => revision));
  const found = known.find(({ metadata }) => metadata.name === current);
  const changes: Change[] = [];
  if (found === undefined) {
    changes.push({ act: 'create', object: newRevision(owner, current, hash, data, newest + 1) });
  } else if (found.revision < newest) {
    // The owner went back to an older template: that is its newest one now.
    changes.push({ act: 'update', object: { ...found, revision: newest + 1 } });
  }
  const idle = known
    .filter(({ metadata }) => metadata.name !== current && !inUse.has(metadata.name))
    .toSorted((a, b) => a.revision - b.revision);
  const surplus = Math.max(0, idle.length - (owner.spec.revisionHistoryLimit ?? 10));
  changes.push(...idle.slice(0, surplus).map((object) => ({ act: 'delete' as const, object })));
  return {
    current,
    hash,
    changes,
    templateOf(name) {
      if (name === current) return owner.spec.template;
      const revision = known.find(({ metadata }) => metadata.name === name);
      return (revision?.data as unknown as { spec: { template: PodTemplate } } | undefined)?.spec.template;
    },
  };
}

function newRevision(
  owner: KubeObject & { spec: { template: PodTemplate } },
  name: string,
  hash: string,
  data: JsonValue,
  revision: number,
): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...owner.spec.template.metadata?.labels, [revisionLabel]: hash },
      ownerReferences: [ownerReference(owner)],
    },
    data,
    revision,
  };
}

/** A status update, if it says anything new. */
export function statusChange(object: KubeObject, status: JsonObject): readonly Change[] {
  return sameJson(status, object['status'] ?? {})
    ? []
    : [{ act: 'update status', object: { ...object, status } }];
}
