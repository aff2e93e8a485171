import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { ApiError } from '../api-error.ts';
import { isObject, type KubeObject, stringAt, timestamp } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { convert } from '../resources/convert.ts';
import type { MapSchema } from '../schema/type-schema.ts';
import { typedFaults } from './check-typed.ts';
import { FieldSet } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import {
  decodeManagers,
  type Manager,
  type Managers,
  managerKey,
  withManagers,
  withoutManagedFields,
} from './managers.ts';
import { mergeTyped } from './merge-typed.ts';
import { type Conflict, moveOwnership, recordUpdate, resetFields, withoutSystemFields } from './ownership.ts';
import { pathText } from './path-element.ts';
import { removeFields } from './remove-fields.ts';
import { emptyObject } from './track.ts';

export interface ApplyRequest {
  readonly kind: Kind;
  readonly subresource: string | undefined;
  /** As stored; for an object that is not there yet the empty one. */
  readonly live: KubeObject;
  /** The body, as it was sent. */
  readonly applied: JsonObject;
  readonly manager: string;
  readonly force: boolean;
}

/** `default/web; apps/v1, Kind=Deployment`: how messages name an applied object. */
export function objectText(kind: Kind, object: JsonValue): string {
  const namespace = stringAt(object, 'metadata', 'namespace') ?? '';
  const name = stringAt(object, 'metadata', 'name') ?? '';
  return `${namespace}/${name}; ${kind.group}/${kind.version}, Kind=${kind.kind}`;
}

/** A body that cannot be read by the schema is a 500 without a reason: that is what real servers answer. */
function checkSchema(kind: Kind, applied: JsonObject): void {
  const faults = typedFaults(kind.schema, applied);
  if (faults.length === 0) return;
  const text = faults.length === 1 ? faults[0] : `errors:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  throw new ApiError(500, '', `failed to create typed patch object (${objectText(kind, applied)}): ${text}`);
}

function managerText({ name, operation, apiVersion, subresource }: Manager): string {
  const quoted = JSON.stringify(name);
  const named = subresource === '' ? quoted : `${quoted} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${named} using ${apiVersion}` : named;
}

function conflictError(conflicts: readonly Conflict[]): ApiError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(manager)}`,
    field: pathText(path),
  }));
  const [only] = causes;
  if (causes.length === 1 && only !== undefined) {
    const text = `Apply failed with 1 conflict: ${only.message}: ${only.field}`;
    return new ApiError(409, 'Conflict', text, { causes });
  }
  const byManager = new Map<string, string[]>();
  for (const { message, field } of causes) {
    const fields = byManager.get(message) ?? [];
    fields.push(`- ${field}`);
    byManager.set(message, fields);
  }
  const lines = [...byManager.keys()]
    .sort()
    .flatMap((message) => [
      `${message.replace('conflict with', 'conflicts with')}:`,
      ...(byManager.get(message) ?? []),
    ]);
  const text = `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
  return new ApiError(409, 'Conflict', text, { causes });
}

/** The union of what all managers own, by the version it is written in. */
function ownedByVersion(managers: Managers): Map<string, FieldSet> {
  const owned = new Map<string, FieldSet>();
  for (const { apiVersion, fields } of managers.values()) {
    owned.set(apiVersion, owned.get(apiVersion)?.union(fields) ?? fields);
  }
  return owned;
}

/**
 * Takes out of a merged object what the manager applied last time but not now, unless others own it.
 * @param lastFields - what the manager owned before
 */
function prune(world: World, kind: Kind, merged: KubeObject, managers: Managers, last: Manager): KubeObject {
  const lastKind = world.kinds.find(last.apiVersion, kind.kind);
  if (lastKind === undefined || last.fields.empty) return merged;
  const base = convert(merged, lastKind);
  let pruned = remove(lastKind.schema, base, last.fields.withNamedFields(lastKind.schema));
  const versions = ownedByVersion(managers);
  const order = [...versions.keys()].sort((a) => (a === last.apiVersion ? -1 : 1));
  for (const apiVersion of order) {
    const versionKind = world.kinds.find(apiVersion, kind.kind);
    const owned = versions.get(apiVersion);
    if (versionKind === undefined || owned === undefined) continue;
    const { schema } = versionKind;
    const whole = convert(base, versionKind);
    const kept = named(schema, convert(pruned, versionKind)).union(owned.withNamedFields(schema));
    pruned = convert(remove(schema, whole, named(schema, whole).difference(kept)), lastKind);
  }
  // What the manager did not own itself is not its to remove, even below what it owned.
  const { schema } = lastKind;
  const dangling = named(schema, base)
    .difference(named(schema, pruned))
    .intersection(last.fields.withNamedFields(schema));
  return convert(remove(schema, base, dangling), kind);
}

function named(schema: MapSchema, object: KubeObject): FieldSet {
  return fieldsOf(schema, object).withNamedFields(schema);
}

function remove(schema: MapSchema, object: KubeObject, gone: FieldSet): KubeObject {
  return removeFields(schema, object, gone) as KubeObject;
}

/** Fields whose value `kubectl apply` once wrote, so that its server-side successor may take them. */
function lastAppliedFields(kind: Kind, live: KubeObject): FieldSet {
  const text = live.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (text === undefined) return new FieldSet();
  try {
    const applied = JSON.parse(text) as JsonValue;
    return isObject(applied) && applied['apiVersion'] === kind.apiVersion
      ? fieldsOf(kind.schema, applied)
      : new FieldSet();
  } catch {
    return new FieldSet();
  }
}

/**
 * Server-side apply: merges what is applied into the live object, removes what the manager no longer
 * applies, and moves ownership.
 * @returns the next state, not yet normalized, with its managed fields
 * @throws {ApiError} 409 with every conflict, unless forced; 500 when the body does not fit the schema
 */
export function applyFields(world: World, request: ApplyRequest): KubeObject {
  const { kind, subresource, live, applied, manager, force } = request;
  checkSchema(kind, applied);
  const time = timestamp(world.now());
  let managers = decodeManagers(live.metadata.managedFields ?? []);
  const bare = withoutManagedFields(live);
  const isNew = live.metadata.uid === undefined;
  if (managers.size === 0 && !isNew) {
    const change = { kind, subresource: undefined, before: emptyObject(kind), after: bare };
    const writer = { name: 'before-first-apply', apiVersion: kind.apiVersion, subresource, time };
    managers = recordUpdate(world, change, managers, writer);
  }
  const identity = {
    name: manager,
    operation: 'Apply' as const,
    apiVersion: kind.apiVersion,
    subresource: subresource ?? '',
  };
  const key = managerKey(identity);
  const last = managers.get(key);
  const merged = (mergeTyped(kind.schema, bare, applied) ?? {}) as KubeObject;
  // The system's fields count as applied until the end: what they stand in must not be pruned.
  const fields = fieldsOf(kind.schema, applied).without(resetFields(kind, subresource));
  const next: Manager = { ...identity, time: last?.time, fields };
  const claimed = new Map(managers).set(key, next);
  const appliesAll = last === undefined || last.fields.difference(fields).empty;
  const pruned = appliesAll ? merged : prune(world, kind, merged, claimed, last);
  const change = { kind, subresource, before: bare, after: pruned };
  const moved = moveOwnership(world, change, claimed, key);
  if (moved.conflicts.length > 0 && !force) {
    const excused = manager === 'kubectl' ? lastAppliedFields(kind, live) : new FieldSet();
    const real = moved.conflicts.filter(
      ({ path }) => FieldSet.of([path]).difference(excused).empty === false,
    );
    if (real.length > 0) throw conflictError(real);
  }
  const result = new Map(moved.managers);
  const owned = withoutSystemFields(fields);
  if (owned.empty) result.delete(key);
  else result.set(key, { ...next, time, fields: owned });
  return withManagers(pruned, result);
}
