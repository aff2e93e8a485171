import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { convert } from '../resources/convert.ts';
import { type Comparison, compareFields } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { type Manager, type Managers, managerKey, withoutManagedFields } from './managers.ts';
import type { FieldPath } from './path-element.ts';

const metadataField = (name: string): FieldPath => ['f:metadata', `f:${name}`];

/** Fields that nobody owns. */
const systemFields = FieldSet.of([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map(metadataField),
]);

export function withoutSystemFields(fields: FieldSet): FieldSet {
  return fields.difference(systemFields);
}

/** Fields that a write through this door never changes, so it cannot own them either. */
export function resetFields(kind: Kind, subresource: string | undefined): FieldSet {
  if (subresource === 'status') {
    return FieldSet.of(kind.custom === undefined ? [['f:spec'], metadataField('labels')] : [['f:spec']]);
  }
  return FieldSet.of(kind.subresources.has('status') ? [['f:status']] : []);
}

function filtered({ added, modified, removed }: Comparison, reset: FieldSet): Comparison {
  return { added: added.without(reset), modified: modified.without(reset), removed: removed.without(reset) };
}

export interface Change {
  readonly kind: Kind;
  readonly subresource: string | undefined;
  readonly before: KubeObject;
  readonly after: KubeObject;
}

export interface Conflict {
  readonly manager: Manager;
  readonly path: FieldPath;
}

export interface Moved {
  readonly managers: Managers;
  readonly comparison: Comparison;
  /** What others own and this change touches. */
  readonly conflicts: readonly Conflict[];
}

/**
 * Takes from all other managers what a change touches or removes.
 * @param writer - key of the manager who makes the change; their own entry is left as it is
 */
export function moveOwnership(world: World, change: Change, managers: Managers, writer: string): Moved {
  const reset = resetFields(change.kind, change.subresource);
  const comparisons = new Map<string, Comparison | undefined>();
  const compareIn = (apiVersion: string): Comparison | undefined => {
    if (comparisons.has(apiVersion)) return comparisons.get(apiVersion);
    const kind =
      apiVersion === change.kind.apiVersion ? change.kind : world.kinds.find(apiVersion, change.kind.kind);
    const comparison =
      kind &&
      filtered(
        compareFields(
          kind.schema,
          convert(withoutManagedFields(change.before), kind),
          convert(withoutManagedFields(change.after), kind),
        ),
        reset,
      );
    comparisons.set(apiVersion, comparison);
    return comparison;
  };
  const comparison = compareIn(change.kind.apiVersion) ?? emptyComparison();
  const moved = new Map<string, Manager>();
  const conflicts: Conflict[] = [];
  for (const [key, manager] of managers) {
    if (key === writer) {
      moved.set(key, manager);
      continue;
    }
    const seen = compareIn(manager.apiVersion);
    if (seen === undefined) continue; // a version that is no longer served
    const touched = manager.fields.intersection(seen.modified.union(seen.added));
    for (const path of touched.paths()) conflicts.push({ manager, path });
    const fields = manager.fields.difference(touched).difference(seen.removed);
    if (!fields.empty) moved.set(key, fields === manager.fields ? manager : { ...manager, fields });
  }
  return { managers: moved, comparison, conflicts };
}

function emptyComparison(): Comparison {
  return { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
}

export interface Writer {
  readonly name: string;
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  readonly time: string | undefined;
}

/** Books an ordinary write: the writer owns what it changed or added, besides what it owned before. */
export function recordUpdate(world: World, change: Change, managers: Managers, writer: Writer): Managers {
  const { managers: moved, comparison } = moveOwnership(world, change, managers, '');
  const touched = withoutSystemFields(comparison.modified.union(comparison.added));
  if (touched.empty) return moved;
  const manager: Manager = {
    name: writer.name,
    operation: 'Update',
    apiVersion: writer.apiVersion,
    subresource: writer.subresource ?? '',
    time: writer.time,
    fields: touched,
  };
  const key = managerKey(manager);
  const known = moved.get(key);
  const fields = known === undefined ? touched : known.fields.union(touched);
  return new Map(moved).set(key, { ...manager, fields });
}
