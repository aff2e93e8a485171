import type { JsonObject } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import { entrySchema, type TypeSchema } from '../schema/type-schema.ts';
import { compareElements, type FieldPath, fieldName, type PathElement } from './path-element.ts';

/**
 * A set of fields of an object: the leaves that somebody owns and the nodes that are owned themselves
 * (`.` in `fieldsV1`). Only `insert` changes a set.
 */
export class FieldSet {
  readonly members = new Set<PathElement>();
  readonly children = new Map<PathElement, FieldSet>();

  static of(paths: Iterable<FieldPath>): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  /** Reads `fieldsV1`. */
  static decode(fields: JsonObject): FieldSet {
    const set = new FieldSet();
    for (const [element, below] of Object.entries(fields)) {
      if (element === '.') continue;
      const inner = isObject(below) ? below : {};
      const keys = Object.keys(inner);
      if (keys.length === 0 || Object.hasOwn(inner, '.')) set.members.add(element);
      if (keys.some((key) => key !== '.')) set.children.set(element, FieldSet.decode(inner));
    }
    return set;
  }

  encode(): JsonObject {
    const fields: JsonObject = {};
    const elements = [...new Set([...this.members, ...this.children.keys()])].sort(compareElements);
    for (const element of elements) {
      const below = this.children.get(element)?.encode() ?? {};
      const both = this.members.has(element) && Object.keys(below).length > 0;
      fields[element] = both ? { '.': {}, ...below } : below;
    }
    return fields;
  }

  insert(path: FieldPath): void {
    const last = path.at(-1);
    if (last === undefined) return;
    let set: FieldSet = this;
    for (const element of path.slice(0, -1)) {
      let child = set.children.get(element);
      if (child === undefined) {
        child = new FieldSet();
        set.children.set(element, child);
      }
      set = child;
    }
    set.members.add(last);
  }

  get empty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of [...this.members, ...other.members]) result.members.add(element);
    for (const [element, child] of this.children) {
      const more = other.children.get(element);
      result.children.set(element, more === undefined ? child : child.union(more));
    }
    for (const [element, child] of other.children) {
      if (!this.children.has(element)) result.children.set(element, child);
    }
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) if (other.members.has(element)) result.members.add(element);
    for (const [element, child] of this.children) {
      const more = other.children.get(element);
      if (more !== undefined) result.#adopt(element, child.intersection(more));
    }
    return result;
  }

  difference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) if (!other.members.has(element)) result.members.add(element);
    for (const [element, child] of this.children) {
      const less = other.children.get(element);
      result.#adopt(element, less === undefined ? child : child.difference(less));
    }
    return result;
  }

  /** As `difference`, but a member of `other` also takes everything below it. */
  without(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) if (!other.members.has(element)) result.members.add(element);
    for (const [element, child] of this.children) {
      if (other.members.has(element)) continue;
      const less = other.children.get(element);
      result.#adopt(element, less === undefined ? child : child.without(less));
    }
    return result;
  }

  /** Fields of structs that have owned fields below them count as owned too. */
  withNamedFields(schema: TypeSchema | undefined): FieldSet {
    const result = new FieldSet();
    for (const element of this.members) result.members.add(element);
    for (const [element, child] of this.children) {
      const name = fieldName(element);
      let inner: TypeSchema | undefined;
      if (schema?.type === 'map' && name !== undefined) {
        if (schema.fields.has(name)) result.members.add(element);
        inner = entrySchema(schema, name);
      } else if (schema?.type === 'list') inner = schema.items;
      result.children.set(element, child.withNamedFields(inner));
    }
    return result;
  }

  /** Every path; what is owned here comes before what is owned below. */
  *paths(): Generator<FieldPath> {
    for (const element of [...this.members].sort(compareElements)) yield [element];
    for (const element of [...this.children.keys()].sort(compareElements)) {
      for (const path of this.children.get(element)?.paths() ?? []) yield [element, ...path];
    }
  }

  #adopt(element: PathElement, child: FieldSet): void {
    if (!child.empty) this.children.set(element, child);
  }
}
