import type { WorkloadResult } from '@fluxctl/shared/api/types';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import {
  clusterScope,
  type ResourceId,
  resourceId,
  resourceIdParts,
} from '@fluxctl/shared/resource/resource-id';
import type { AnnotationChanges } from '../manifests/edit/edit-annotations.ts';
import { workloadImages } from '../manifests/workload-images.ts';
import type { ManifestEdit } from './edit-manifests.ts';
import { policyMessage } from './policy-message.ts';
import { annotationChanges, type PolicyChange } from './policy-update.ts';
import type { Proposal } from './proposal.ts';
import type { PolicyUpdate } from './read-update.ts';
import { skipped } from './select-workloads.ts';
import type { Definitions } from './update-ports.ts';

/**
 * What a policy update changes. A workload that is as it should be, that git does not define, or that the daemon
 * may not touch, is skipped; what makes no sense fails the update.
 * @throws {UserError} `invalid tag pattern: "…"`, `resource … does not have containers`
 */
export async function proposePolicies(
  { spec, cause }: PolicyUpdate,
  definitions: Definitions,
  allowedNamespaces: readonly string[],
  signal: AbortSignal,
): Promise<Proposal> {
  const results: [string, WorkloadResult][] = [];
  const changed = new Map<ResourceId, PolicyChange>();
  const edits: ManifestEdit[] = [];
  for (const [id, change] of spec) {
    const found = definitions.byId.get(id);
    if (!isAllowed(id, allowedNamespaces)) {
      results.push([id, skipped('its namespace is none of --k8s-allow-namespace')]);
    } else if (!found) {
      results.push([id, skipped(notFound(id, definitions))]);
    } else {
      const { manifest } = found;
      const body = await definitions.loaded.body(manifest, signal);
      const before = annotationsOf(body);
      const containers = workloadImages(body)?.map(({ name }) => name);
      const annotations = annotationChanges(id, change, containers, new Set(before.keys()));
      const changes = changesAny(annotations, before);
      results.push([id, { Status: changes ? 'success' : 'skipped', PerContainer: null }]);
      if (!changes) continue;
      changed.set(id, change);
      edits.push({ id, manifest, images: [], annotations });
    }
  }
  return {
    results: Object.fromEntries(results.sort(([a], [b]) => (a < b ? -1 : 1))),
    edits,
    changes: [],
    message: policyMessage(changed, cause),
    automates: [...changed.values()].some(automates),
  };
}

function isAllowed(id: ResourceId, allowed: readonly string[]): boolean {
  const { namespace } = resourceIdParts(id);
  return allowed.length === 0 || namespace === clusterScope || allowed.includes(namespace);
}

/** As in Flux v1; where the file could not be used, that is why. */
function notFound(id: ResourceId, { problems }: Definitions): string {
  const { kind, name } = resourceIdParts(id);
  // Problems name objects with the namespace as written, which may be none.
  const written = resourceId(undefined, kind, name);
  const problem = problems.find(({ ids }) => ids.includes(id) || ids.includes(written));
  return `resource ${id} not found${problem ? `: ${problem.message}` : ''}`;
}

export function annotationsOf({ metadata }: JsonObject): ReadonlyMap<string, JsonValue> {
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return new Map(isObject(annotations) ? Object.entries(annotations) : []);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function changesAny(wanted: AnnotationChanges, before: ReadonlyMap<string, JsonValue>): boolean {
  return [...wanted].some(([key, value]) => before.get(key) !== value);
}

function automates({ add, remove }: PolicyChange): boolean {
  return add['automated'] === 'true' && !remove.includes('automated');
}
