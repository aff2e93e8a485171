import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';

/** Sets the defaults of one struct, in place. `root` is the whole object. */
export type DefaultType = (value: JsonObject, root: JsonObject) => void;

/** Sets fields that are missing or, as Go cannot tell them apart, empty strings. */
export function fill(value: JsonObject, defaults: Readonly<Record<string, JsonValue>>): void {
  for (const [field, entry] of Object.entries(defaults)) {
    if (value[field] === undefined || value[field] === '') value[field] = structuredClone(entry);
  }
}
