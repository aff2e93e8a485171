import { BuiltinSchemas } from '../schema/builtin-schema.ts';
import type { KindData, SchemaData } from '../schema/schema-data.ts';
import { apiVersionOf, type Kind } from './kind.ts';

const usualVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Kinds that are another one in a different dress share its objects. */
const sharedStorage: Readonly<Record<string, string>> = { 'events.k8s.io/events': '/events' };

function builtinKind(data: KindData, schemas: BuiltinSchemas): Kind {
  const { group, version, kind, plural } = data;
  const storage = `${group}/${plural}`;
  return {
    group,
    version,
    apiVersion: apiVersionOf(group, version),
    kind,
    plural,
    singular: data.singular,
    namespaced: data.namespaced ?? false,
    shortNames: data.shortNames ?? [],
    categories: data.categories ?? [],
    verbs: new Set(data.verbs ?? usualVerbs),
    subresources: new Map(
      data.subresources?.map(({ name, gvk, verbs }) => {
        const [group = '', version = '', kind = ''] = gvk.split('/');
        return [name, { name, gvk: { group, version, kind }, verbs }];
      }),
    ),
    schema: schemas.type(data.type ?? kind),
    storage: sharedStorage[storage] ?? storage,
    custom: undefined,
  };
}

/** All kinds that are served at this moment, built in and custom. */
export class KindRegistry {
  readonly schemas: BuiltinSchemas;
  readonly #builtin: readonly Kind[];
  readonly #custom = new Map<string, readonly Kind[]>();
  readonly #byPlural = new Map<string, Kind>();
  readonly #byKind = new Map<string, Kind>();
  readonly #byStorage = new Map<string, Kind>();

  constructor(data: SchemaData) {
    this.schemas = new BuiltinSchemas(data.types);
    this.#builtin = data.kinds.map((kind) => builtinKind(kind, this.schemas));
    for (const kind of this.#builtin) this.#index(kind);
  }

  /** In the order of discovery: built in first, then custom ones by definition. */
  *all(): Generator<Kind> {
    yield* this.#builtin;
    for (const definition of [...this.#custom.keys()].sort()) yield* this.#custom.get(definition) ?? [];
  }

  find(apiVersion: string, kind: string): Kind | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  resource(apiVersion: string, plural: string): Kind | undefined {
    return this.#byPlural.get(`${apiVersion}/${plural}`);
  }

  /** Some version of the kind whose objects are kept there; the one they are stored in, for custom kinds. */
  ofStorage(storage: string): Kind | undefined {
    return this.#byStorage.get(storage);
  }

  /** Replaces the kinds of one definition; none removes them. */
  setCustom(definition: string, kinds: readonly Kind[]): void {
    for (const kind of this.#custom.get(definition) ?? []) {
      this.#byPlural.delete(`${kind.apiVersion}/${kind.plural}`);
      this.#byKind.delete(`${kind.apiVersion}/${kind.kind}`);
      this.#byStorage.delete(kind.storage);
    }
    if (kinds.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, kinds);
    for (const kind of kinds) this.#index(kind);
  }

  #index(kind: Kind): void {
    this.#byPlural.set(`${kind.apiVersion}/${kind.plural}`, kind);
    this.#byKind.set(`${kind.apiVersion}/${kind.kind}`, kind);
    const isStored =
      kind.custom === undefined
        ? !this.#byStorage.has(kind.storage)
        : kind.version === kind.custom.storageVersion;
    if (isStored || !this.#byStorage.has(kind.storage)) this.#byStorage.set(kind.storage, kind);
  }
}
