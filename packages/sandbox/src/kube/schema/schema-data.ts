/** One kind of `generated/kube-schema.json`, in the order of the real server's discovery. */
export interface KindData {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced?: boolean;
  /** Key into {@link SchemaData.types}. */
  readonly type?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Absent: create, delete, deletecollection, get, list, patch, update, watch. */
  readonly verbs?: readonly string[];
  readonly subresources?: readonly {
    readonly name: string;
    /** `group/version/Kind` of what it answers with. */
    readonly gvk: string;
    readonly verbs: readonly string[];
  }[];
}

/**
 * The data file. A type is a table of fields; a field is words:
 *
 * - first the type: `string`, `boolean`, `int32`, `int64`, `double`, `bytes`, `time`, `microtime`, `quantity`,
 *   `int-or-string`, `any`, `raw` (any, owned as a whole), the name of another type, `[]T`, `{}T`;
 * - `!` required; `?` a zero is not kept (in Go: no pointer, `omitempty`);
 * - `atomic`, `set`, `map(key,key)`: list or map type of server-side apply;
 * - `merge(key)`, `retainKeys`: strategic merge patch;
 * - `enum(a|b)`; `={}` and other JSON: the default (`={}`: a Go struct that is always there).
 *
 * The field `*` holds words about the type itself.
 */
export interface SchemaData {
  readonly kinds: readonly KindData[];
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
