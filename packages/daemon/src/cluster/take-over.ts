import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { type FieldsV1, restrictFields, unionFields } from './field-set.ts';
import { fieldManager, type ManagedFieldsEntry, type ObjectMetadata } from './object-metadata.ts';

/** What `kubectl apply`, and Flux v1 through it, remembers the manifest under. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Whether a client-side apply owns fields of the object. It goes by who owns the annotation that such
 * an apply leaves, not by a manager's name: that is `kubectl-client-side-apply` in one release,
 * `kubectl` or the name of the binary in others, a restore tool's after a restore, and
 * `before-first-apply` for objects that had no managed fields before their first server-side apply.
 */
export function isAppliedByClient(object: ObjectMetadata): boolean {
  return clientEntries(object).length > 0;
}

/**
 * Makes the fields that a client-side apply set ours, so that the next apply removes those that git has
 * removed. Without it they would stay for ever, as somebody else's. What defaults and admission filled
 * in is left alone: to take it would remove it, or fail where it is immutable.
 * @param object - as our apply answered
 * @returns the JSON patch that does it, or undefined when there is nothing to take over
 */
export function takeOverPatch(object: ObjectMetadata): JsonValue | undefined {
  const entries = object.metadata.managedFields ?? [];
  const theirs = clientEntries(object);
  const ours = entries.find((entry) => entry.manager === fieldManager && entry.operation === 'Apply');
  if (theirs.length === 0 || !ours?.fieldsV1) return undefined;

  const lastApplied = readLastApplied(object);
  const taken = theirs.map(({ fieldsV1 = {} }) => restrictFields(fieldsV1, lastApplied));
  const annotation = { 'f:metadata': { 'f:annotations': { [`f:${lastAppliedAnnotation}`]: {} } } };
  const fields = [...taken, annotation].reduce(unionFields, ours.fieldsV1);
  const merged = entries
    .filter((entry) => !theirs.includes(entry))
    .map((entry) => (entry === ours ? { ...entry, fieldsV1: fields } : entry));
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
    { op: 'replace', path: '/metadata/managedFields', value: merged as unknown as JsonValue },
  ];
}

function clientEntries({ metadata }: ObjectMetadata): ManagedFieldsEntry[] {
  if (metadata.annotations?.[lastAppliedAnnotation] === undefined) return [];
  return (metadata.managedFields ?? []).filter(
    ({ operation, subresource, fieldsV1 }) =>
      operation === 'Update' && !subresource && fieldsV1 && ownsAnnotation(fieldsV1),
  );
}

function ownsAnnotation(fields: FieldsV1): boolean {
  return fields['f:metadata']?.['f:annotations']?.[`f:${lastAppliedAnnotation}`] !== undefined;
}

/** What the client-side apply wrote; empty when somebody broke the annotation. */
export function readLastApplied({ metadata }: Pick<ObjectMetadata, 'metadata'>): JsonObject {
  try {
    const parsed: unknown = JSON.parse(metadata.annotations?.[lastAppliedAnnotation] ?? '{}');
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as JsonObject) : {};
  } catch {
    return {};
  }
}
