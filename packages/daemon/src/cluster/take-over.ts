import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { type FieldsV1, restrictFields, unionFields } from './field-set.ts';
import { fieldManager, type ManagedFieldsEntry, type ObjectMetadata } from './object-metadata.ts';

/** What `kubectl apply`, and Flux v1 through it, remembers the manifest under. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The names under which a client-side apply owns fields: of kubectl from 1.18 on, of older ones, and
 * of objects that had no managed fields before their first server-side apply.
 */
const clientSideManagers = new Set(['kubectl-client-side-apply', 'kubectl', 'before-first-apply']);

/**
 * Makes the fields that a client-side apply of the same manifest owns ours, so that the next apply
 * removes those that git has removed. Without it they would stay for ever, as somebody else's.
 * @param object - as our apply answered
 * @returns the JSON patch that does it, or undefined when there is nothing to take over
 */
export function takeOverPatch(object: ObjectMetadata): JsonValue | undefined {
  const entries = object.metadata.managedFields ?? [];
  const theirs = entries.filter((entry) => isClientSide(entry) && entry.fieldsV1);
  const lastApplied = readLastApplied(object);
  const ours = entries.find((entry) => entry.manager === fieldManager && entry.operation === 'Apply');
  if (theirs.length === 0 || !lastApplied || !ours?.fieldsV1) return undefined;

  let fields: FieldsV1 = ours.fieldsV1;
  for (const entry of theirs) {
    const written = entry.fieldsV1 ?? {};
    // It owns all that was there, defaults and other people's fields too: only what was applied is ours.
    const own = entry.manager === 'before-first-apply' ? restrictFields(written, lastApplied) : written;
    fields = unionFields(fields, own);
  }
  fields = unionFields(fields, { 'f:metadata': { 'f:annotations': { [`f:${lastAppliedAnnotation}`]: {} } } });
  const merged = entries
    .filter((entry) => !theirs.includes(entry))
    .map((entry) => (entry === ours ? { ...entry, fieldsV1: fields } : entry));
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
    { op: 'replace', path: '/metadata/managedFields', value: merged as unknown as JsonValue },
  ];
}

function isClientSide(entry: ManagedFieldsEntry): boolean {
  return entry.operation === 'Update' && !entry.subresource && clientSideManagers.has(entry.manager ?? '');
}

function readLastApplied(object: ObjectMetadata): JsonObject | undefined {
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as JsonObject)
      : {};
  } catch {
    // Somebody broke it; what it said is lost, yet the annotation itself is to go.
    return {};
  }
}
