import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KindRef } from '../../kube/resources/client.ts';
import type { ClusterView } from './cluster-view.ts';

/** One thing that a controller wants done; those of a decision are done in order. */
export type Change =
  | { readonly act: 'create'; readonly object: JsonObject }
  | { readonly act: 'update' | 'update status' | 'delete'; readonly object: KubeObject }
  /** Told in an Event about `object`. */
  | {
      readonly act: 'tell';
      readonly object: KubeObject;
      readonly type: 'Normal' | 'Warning';
      readonly reason: string;
      readonly message: string;
    };

export interface Decision {
  readonly changes: readonly Change[];
  /** Look again after this many ms, though nothing may have changed by then. */
  readonly againInMs?: number | undefined;
}

/** Whose business an object is: name and namespace of one of the controller's own kind. */
export interface Concern {
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Keeps every object of one kind as it should be. Deciding is pure: same view and time, same decision. */
export interface Controller {
  /** As Events name it: `deployment-controller`. */
  readonly name: string;
  readonly kind: KindRef;
  /** Other kinds to watch, and whom a change of one concerns. */
  readonly watches: readonly {
    readonly kind: KindRef;
    concerns(object: KubeObject, view: ClusterView): readonly Concern[];
  }[];
  /** @param object - the latest; undefined when it is gone */
  decide(concern: Concern, object: KubeObject | undefined, view: ClusterView, now: Date): Decision;
}

export const kinds = {
  pod: { apiVersion: 'v1', kind: 'Pod' },
  service: { apiVersion: 'v1', kind: 'Service' },
  endpoints: { apiVersion: 'v1', kind: 'Endpoints' },
  endpointSlice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  claim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  replicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment' },
  statefulSet: { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  daemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  revision: { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
  job: { apiVersion: 'batch/v1', kind: 'Job' },
  cronJob: { apiVersion: 'batch/v1', kind: 'CronJob' },
} as const satisfies Record<string, KindRef>;

/** The object that controls this one, if that is of the given kind. */
export function controllerOf(object: KubeObject, kind: KindRef): readonly Concern[] {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner?.kind !== kind.kind || owner.apiVersion !== kind.apiVersion) return [];
  return [{ namespace: object.metadata.namespace, name: owner.name }];
}

/** The reference to put into what an object controls. */
export function ownerReference(owner: KubeObject): JsonObject {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
