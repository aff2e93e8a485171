import { createHash } from 'node:crypto';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { KindRegistry } from '../registry/kind-registry.ts';
import { type Dialect, openApi2, openApi3, SchemaDocument } from './schema-document.ts';
import { customOpenApiName, openApiName } from './schema-names.ts';

const info = { title: 'Kubernetes', version: 'v1.35.4' };

/** `api/v1`, `apis/apps/v1`. */
function pathOf(kind: Kind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${kind.apiVersion}`;
}

/** What can be said in the query of each action. */
const queries: Readonly<Record<string, readonly string[]>> = {
  get: ['pretty'],
  list: ['continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'watch'],
  post: ['dryRun', 'fieldManager', 'fieldValidation'],
  put: ['dryRun', 'fieldManager', 'fieldValidation'],
  patch: ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
  delete: ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'],
};

function parameter(name: string, place: 'path' | 'query', dialect: Dialect): JsonObject {
  const type = dialect.version === 3 ? { schema: { type: 'string', uniqueItems: true } } : { type: 'string' };
  return { name, in: place, ...(place === 'path' && { required: true }), ...type };
}

function operation(kind: Kind, action: string, ref: JsonObject, dialect: Dialect): JsonObject {
  const { group, version } = kind;
  const parameters = (queries[action] ?? []).map((name) => parameter(name, 'query', dialect));
  const isV3 = dialect.version === 3;
  const ok: JsonObject = isV3 ? { content: { 'application/json': { schema: ref } } } : { schema: ref };
  const hasBody = action === 'post' || action === 'put';
  const body = isV3
    ? { requestBody: { content: { '*/*': { schema: ref } }, required: true } }
    : { consumes: ['*/*'] };
  if (hasBody && !isV3) parameters.push({ name: 'body', in: 'body', required: true, schema: ref });
  return {
    operationId: `${action}${kind.group.replaceAll(/[^a-z]/g, '')}${kind.version}${kind.kind}`,
    parameters,
    ...(hasBody && body),
    responses: { 200: { description: 'OK', ...ok } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind: kind.kind },
  };
}

function pathsOf(kind: Kind, ref: JsonObject, dialect: Dialect): JsonObject {
  const root = `/${pathOf(kind)}`;
  const collection = kind.namespaced
    ? `${root}/namespaces/{namespace}/${kind.plural}`
    : `${root}/${kind.plural}`;
  const places = kind.namespaced ? [parameter('namespace', 'path', dialect)] : [];
  const act = (action: string): JsonObject => operation(kind, action, ref, dialect);
  return {
    [collection]: { get: act('list'), post: act('post'), ...(places.length > 0 && { parameters: places }) },
    [`${collection}/{name}`]: {
      get: act('get'),
      put: act('put'),
      patch: act('patch'),
      delete: act('delete'),
      parameters: [parameter('name', 'path', dialect), ...places],
    },
  };
}

/** A definition's schema as it is published: what only other versions of it understand stays out. */
function customBody(kind: Kind, schemas: SchemaDocument, kinds: KindRegistry): JsonObject {
  const metadata = kinds.schemas.type('meta.v1.ObjectMeta');
  const openApi: JsonObject = isObject(kind.custom?.openApi) ? kind.custom.openApi : {};
  const properties = isObject(openApi['properties']) ? openApi['properties'] : {};
  return {
    ...openApi,
    type: 'object',
    properties: {
      ...properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: schemas.ref({ ...metadata, name: 'meta.v1.ObjectMeta' }),
    },
  };
}

function addKind(kind: Kind, schemas: SchemaDocument, kinds: KindRegistry, dialect: Dialect): JsonObject {
  const { group, version } = kind;
  const gvk = { 'x-kubernetes-group-version-kind': [{ group, version, kind: kind.kind }] };
  let name: string;
  if (kind.custom === undefined) {
    const typeName = kind.schema.name ?? '';
    schemas.ref({ ...kind.schema, name: typeName });
    name = openApiName(typeName);
    schemas.extend(name, gvk);
  } else {
    name = customOpenApiName(group, version, kind.kind);
    schemas.extend(name, { ...customBody(kind, schemas, kinds), ...gvk });
  }
  return pathsOf(kind, { $ref: dialect.refPrefix + name }, dialect);
}

/** The index at `/openapi/v3`: one document for each group and version. */
export function openApiIndex(kinds: KindRegistry): JsonObject {
  const paths = new Map<string, string[]>();
  for (const kind of kinds.all()) {
    const known = paths.get(pathOf(kind)) ?? [];
    known.push(`${kind.kind}${JSON.stringify(kind.custom?.openApi ?? '')}`);
    paths.set(pathOf(kind), known);
  }
  return {
    paths: Object.fromEntries(
      [...paths].map(([path, parts]) => {
        const hash = createHash('sha256').update(parts.join()).digest('hex').toUpperCase();
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
      }),
    ),
  };
}

/** @param path - `api/v1` or `apis/apps/v1`; undefined is answered where there is no such group */
export function openApiDocument(kinds: KindRegistry, path: string): JsonObject | undefined {
  const own = [...kinds.all()].filter((kind) => pathOf(kind) === path);
  if (own.length === 0) return undefined;
  const schemas = new SchemaDocument(openApi3);
  const paths: JsonObject = {};
  for (const kind of own) Object.assign(paths, addKind(kind, schemas, kinds, openApi3));
  return { openapi: '3.0.0', info, paths, components: { schemas: schemas.schemas } };
}

/** The one document of the older form. */
export function swaggerDocument(kinds: KindRegistry): JsonObject {
  const schemas = new SchemaDocument(openApi2);
  const paths: JsonObject = {};
  for (const kind of kinds.all()) Object.assign(paths, addKind(kind, schemas, kinds, openApi2));
  return { swagger: '2.0', info, paths, definitions: schemas.schemas };
}
