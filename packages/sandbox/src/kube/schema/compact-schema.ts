import type { KindData, SchemaData } from './schema-data.ts';

/** What of an OpenAPI v3 schema is looked at. */
interface OpenApiSchema {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

export interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, OpenApiSchema>> };
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind?: GroupVersionKind;
  readonly scope: string;
  readonly singularResource?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources?: readonly {
    readonly subresource: string;
    readonly responseKind?: GroupVersionKind;
    readonly verbs: readonly string[];
  }[];
}

interface DiscoveryList {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources: readonly DiscoveredResource[];
    }[];
  }[];
}

const refPrefix = '#/components/schemas/';

/** Schemas that are one value on the wire, whatever OpenAPI says. */
const scalars: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'microtime',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'raw',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'any',
};

/** `io.k8s.api.core.v1.Pod` to `core.v1.Pod`. */
function shortName(name: string): string {
  return name.split('.').slice(-3).join('.');
}

function refOf(schema: OpenApiSchema): string | undefined {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return ref?.startsWith(refPrefix) ? ref.slice(refPrefix.length) : undefined;
}

function typeText(schema: OpenApiSchema): string {
  const ref = refOf(schema);
  if (ref !== undefined) return scalars[ref] ?? shortName(ref);
  if (schema.type === 'array') return `[]${typeText(schema.items ?? {})}`;
  if (schema.type === 'object') {
    return schema.additionalProperties === undefined ? 'any' : `{}${typeText(schema.additionalProperties)}`;
  }
  if (schema.format === 'byte') return 'bytes';
  if (schema.type === 'integer') return schema.format ?? 'int64';
  if (schema.type === 'number') return 'double';
  return schema.type ?? 'any';
}

function fieldText(schema: OpenApiSchema, required: boolean, omitsZero: boolean): string {
  const words = [typeText(schema)];
  if (required) words.push('!');
  if (omitsZero) words.push('?');
  if (schema['x-kubernetes-map-type'] !== undefined) words.push(schema['x-kubernetes-map-type']);
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'map') words.push(`map(${(schema['x-kubernetes-list-map-keys'] ?? []).join(',')})`);
  else if (listType !== undefined) words.push(listType);
  const strategies = schema['x-kubernetes-patch-strategy']?.split(',') ?? [];
  if (strategies.includes('merge')) words.push(`merge(${schema['x-kubernetes-patch-merge-key'] ?? ''})`);
  if (strategies.includes('retainKeys')) words.push('retainKeys');
  if (schema.enum !== undefined) words.push(`enum(${schema.enum.join('|')})`);
  if (schema.default !== undefined && schema.default !== null)
    words.push(`=${JSON.stringify(schema.default)}`);
  return words.join(' ');
}

const usualVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** `apps/v1/Deployment`; the core group is empty: `/v1/Pod`. */
function gvkText({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}

/**
 * Condenses discovery and OpenAPI into the committed data file; see {@link SchemaData} for its form.
 * @param discovery - the bodies of `/api` and `/apis` as `APIGroupDiscoveryList`
 * @param omitsZero - whether a zero in a field of a type (`core.v1.PodSpec`, `hostNetwork`) is not kept
 */
export function compactSchema(
  discovery: readonly unknown[],
  documents: readonly OpenApiDocument[],
  omitsZero: (type: string, field: string) => boolean,
): SchemaData {
  const schemas = new Map(
    documents.flatMap((document) => Object.entries(document.components?.schemas ?? {})),
  );
  const typeOfKind = new Map<string, string>();
  for (const [name, schema] of schemas) {
    const gvks = schema['x-kubernetes-group-version-kind'] ?? [];
    // Options such as DeleteOptions belong to every group; they are no kinds of their own.
    for (const gvk of gvks.length > 3 ? [] : gvks) typeOfKind.set(gvkText(gvk), name);
  }
  const types = new Map<string, Record<string, string>>();
  const addType = (name: string): void => {
    if (scalars[name] !== undefined || types.has(shortName(name))) return;
    const schema = schemas.get(name);
    const fields: Record<string, string> = {};
    types.set(shortName(name), fields);
    if (schema?.['x-kubernetes-map-type'] === 'atomic') fields['*'] = 'atomic';
    for (const [field, value] of Object.entries(schema?.properties ?? {})) {
      fields[field] = fieldText(
        value,
        schema?.required?.includes(field) ?? false,
        omitsZero(shortName(name), field),
      );
      for (
        let inner: OpenApiSchema | undefined = value;
        inner;
        inner = inner.items ?? inner.additionalProperties
      ) {
        const ref = refOf(inner);
        if (ref !== undefined) addType(ref);
      }
    }
  };
  const kindData = (group: string, version: string, resource: DiscoveredResource): KindData => {
    const own = { group, version, kind: resource.responseKind?.kind ?? '' };
    for (const subresource of resource.subresources ?? []) {
      const type = typeOfKind.get(gvkText({ ...own, ...definedOnly(subresource.responseKind) }));
      if (type !== undefined) addType(type);
    }
    const type = typeOfKind.get(gvkText(own));
    if (type !== undefined) addType(type);
    return {
      ...own,
      plural: resource.resource,
      singular: resource.singularResource ?? '',
      ...(resource.scope === 'Namespaced' && { namespaced: true }),
      ...(type !== undefined && { type: shortName(type) }),
      ...(resource.shortNames && { shortNames: resource.shortNames }),
      ...(resource.categories && { categories: resource.categories }),
      ...(resource.verbs.join() !== usualVerbs.join() && { verbs: resource.verbs }),
      ...(resource.subresources && {
        subresources: resource.subresources.map((subresource) => ({
          name: subresource.subresource,
          gvk: gvkText({ ...own, ...definedOnly(subresource.responseKind) }),
          verbs: subresource.verbs,
        })),
      }),
    };
  };
  const kinds = discovery.flatMap((list) =>
    (list as DiscoveryList).items.flatMap((group) =>
      group.versions.flatMap(({ version, resources }) =>
        resources.map((resource) => kindData(group.metadata.name ?? '', version, resource)),
      ),
    ),
  );
  const sortedTypes = [...types].sort(([a], [b]) => (a < b ? -1 : 1));
  return { kinds, types: Object.fromEntries(sortedTypes) };
}

/** Discovery leaves group and version empty where they are the resource's own. */
function definedOnly(gvk: GroupVersionKind | undefined): Partial<GroupVersionKind> {
  if (gvk === undefined) return {};
  return gvk.version === '' ? { kind: gvk.kind } : gvk;
}
