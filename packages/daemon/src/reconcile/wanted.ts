import type { JsonObject, ObjectRef } from '@fluxctl/shared/kube-object';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Manifest } from '../manifests/manifest.ts';

/** Whether an object of git is to be applied, and if not, why. */
export type Standing =
  | { readonly kind: 'apply' }
  /** Its file says `fluxcd.io/ignore: "true"`. */
  | { readonly kind: 'ignored' }
  /** Outside of the namespaces that `--k8s-allow-namespace` names. */
  | { readonly kind: 'excluded' }
  /** The cluster does not know the kind, so nobody can say in which namespace the object belongs. */
  | { readonly kind: 'unscoped'; readonly reason: string };

/** One object that git defines, with its place in the cluster. */
export interface Wanted {
  readonly manifest: Manifest;
  /** With the effective namespace; the written one while `unscoped`. */
  readonly id: ResourceId;
  readonly ref: ObjectRef;
  /** What tells objects apart: API group, kind, namespace and name, but not the version. */
  readonly key: ObjectKey;
  /** Value of the label `fluxcd.io/sync-gc-mark`. */
  readonly mark: string;
  readonly standing: Standing;
}

/** The body of an object as it is to be applied. */
export type WantedBody = (wanted: Wanted, signal: AbortSignal) => Promise<JsonObject>;

export type ObjectKey = string & { readonly brand: 'ObjectKey' };

export function objectKey(ref: ObjectRef): ObjectKey {
  return `${apiGroup(ref.apiVersion)}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}` as ObjectKey;
}

/** `apps` for `apps/v1`, empty for `v1`. */
export function apiGroup(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** As kubectl names an object in what it prints: `deployment.apps/hello`. */
export function kubectlName(ref: ObjectRef): string {
  const group = apiGroup(ref.apiVersion);
  return `${ref.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${ref.name}`;
}
