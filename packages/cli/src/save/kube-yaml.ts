import {
  CORE_SCHEMA,
  DUMP_SCHEMA,
  defineScalarTag,
  dump,
  intCoreTag,
  loadAll,
  NOT_RESOLVED,
  type ScalarTagDefinition,
  Schema,
} from 'js-yaml';

/** As `tag`, but whole numbers beyond 2^53 keep their digits, as bigints. */
function exact(tag: ScalarTagDefinition): ScalarTagDefinition {
  return defineScalarTag(tag.tagName, {
    ...tag,
    resolve(source, isExplicit, tagName) {
      const value: unknown = tag.resolve(source, isExplicit, tagName);
      const lossy = value !== NOT_RESOLVED && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(source);
      return lossy ? BigInt(source.replace(/^\+/, '')) : value;
    },
    identify: (value) => typeof value === 'bigint' || (intCoreTag.identify?.(value) ?? false),
    represent: String,
  });
}

function withExactNumbers({ tags }: Schema): Schema {
  return new Schema(
    tags.map((tag) => (tag.tagName === intCoreTag.tagName ? exact(tag as ScalarTagDefinition) : tag)),
  );
}

/** Reads what a client of the Kubernetes API wrote. @throws {Error} where it is no YAML */
export function readDocuments(text: string): unknown[] {
  return loadAll(text, { schema: withExactNumbers(CORE_SCHEMA) });
}

/** As Flux v1 writes objects: keys sorted, the dashes of a list under the key that it belongs to. */
export function writeDocument(value: unknown): string {
  const text = dump(value, {
    schema: withExactNumbers(DUMP_SCHEMA),
    sortKeys: true,
    seqNoIndent: true,
    lineWidth: -1,
    noRefs: true,
  });
  return `---\n${text}`;
}
