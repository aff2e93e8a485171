import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { MapSchema } from '../schema/type-schema.ts';

export interface Subresource {
  readonly name: string;
  /** What it answers with; for `scale` not the kind itself. */
  readonly gvk: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: readonly string[];
}

/** A column of a custom resource, from its definition. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  readonly priority?: number;
}

/** What a CustomResourceDefinition says about one of its versions. */
export interface CustomKind {
  /** Name of the definition: `widgets.example.com`. */
  readonly definition: string;
  readonly storageVersion: string;
  readonly columns: readonly PrinterColumn[];
  readonly scale:
    | {
        readonly specReplicasPath: string;
        readonly statusReplicasPath: string;
        readonly labelSelectorPath: string | undefined;
      }
    | undefined;
  /** The definition's `openAPIV3Schema`, for the OpenAPI document. */
  readonly openApi: JsonObject;
  readonly preservesUnknownFields: boolean;
}

/** A kind in one version of its group. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: ReadonlySet<string>;
  readonly subresources: ReadonlyMap<string, Subresource>;
  readonly schema: MapSchema;
  /** Where its objects are kept, the same for all versions: `apps/deployments`, `/pods`. */
  readonly storage: string;
  readonly custom: CustomKind | undefined;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Splits `apps/v1` and `v1`. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
