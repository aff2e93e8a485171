import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { ApiError, badRequest, methodNotAllowed, noSuchPage } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import { applyObject, requireManager } from '../resources/apply.ts';
import type { Target, World } from '../resources/context.ts';
import { createObject } from '../resources/create.ts';
import { decode } from '../resources/decode.ts';
import { type DeleteOptions, deleteObject, deleteObjects } from '../resources/delete.ts';
import { patchObject, patchTypes } from '../resources/patch.ts';
import { bindPod, evictPod } from '../resources/pod-actions.ts';
import { getObject } from '../resources/read.ts';
import { patchScale, scaleOf, writeScale } from '../resources/scale.ts';
import { updateObject } from '../resources/update.ts';
import { tableBody } from '../tables/table.ts';
import { deprecationWarning } from '../validation/warnings.ts';
import type { AnswerForm } from './accept.ts';
import type { Answer } from './answer.ts';
import { includeOf } from './include-of.ts';
import {
  listBody,
  listMetadata,
  listPage,
  metadataListBody,
  type ObjectList,
  type Snapshots,
} from './list-answer.ts';
import { partialMetadata } from './partial-metadata.ts';
import { repeatedFields } from './repeated-fields.ts';
import { deleteOptions, mediaType, parseBody, unsupportedPatch, writeOptions } from './write-request.ts';

/** One request about a kind, read but not yet carried out. */
export interface ResourceRequest {
  readonly method: string;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
  readonly form: AnswerForm;
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: Buffer;
}

/** @returns 406 for one object asked for as a list, or the other way round */
function notAsWanted(kind: Kind, wanted: string, fault: string, suffix: string): ApiError {
  const named = `${kind.group.split('.')[0] || 'core'}.${kind.kind}${suffix}`;
  const goType = kind.custom === undefined ? named : `unstructured.Unstructured${suffix}`;
  const text = `you requested ${wanted}, but the requested object ${fault} (*${goType})`;
  return new ApiError(406, 'NotAcceptable', text);
}

function isStatus(object: KubeObject | JsonObject): boolean {
  return object['kind'] === 'Status' && object['apiVersion'] === 'v1';
}

/** An object in the form that was asked for; what is no object of the kind stays as it is. */
function shaped(
  world: World,
  object: KubeObject | JsonObject,
  { kind, form, query }: ResourceRequest,
): JsonObject {
  if (form.as === 'object' || isStatus(object)) return object;
  const whole = object as KubeObject;
  if (form.as === 'metadata') return partialMetadata(whole);
  if (form.as === 'metadata list') throw notAsWanted(kind, 'PartialObjectMetadataList', 'is not a list', '');
  const { resourceVersion = '' } = whole.metadata;
  return tableBody(kind, [whole], { resourceVersion }, world.now(), includeOf(query));
}

function list(
  world: World,
  snapshots: Snapshots,
  request: ResourceRequest,
  warnings: readonly string[],
): Answer {
  const { kind, namespace, query, form } = request;
  const page = listPage(world, snapshots, kind, namespace, query);
  return { code: 200, body: shapedList(world, page, request), type: `application/${form.format}`, warnings };
}

function shapedList(world: World, page: ObjectList, { kind, form, query }: ResourceRequest): JsonObject {
  if (form.as === 'metadata list') return metadataListBody(page);
  if (form.as === 'metadata') throw notAsWanted(kind, 'PartialObjectMetadata', 'is a list', 'List');
  if (form.as !== 'table') return listBody(kind, page);
  return tableBody(kind, page.items, listMetadata(page), world.now(), includeOf(query));
}

const orphanedPodsText =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** Subresources that are the object itself, or a part of it. */
const writable: ReadonlySet<string> = new Set([
  'approval',
  'ephemeralcontainers',
  'finalize',
  'resize',
  'scale',
  'status',
]);

/** @returns what is said of a subresource that nobody serves: there is no node that runs the pod */
function unserved(world: World, kind: Kind, target: Target): ApiError {
  getObject(world, kind, target);
  if (kind.storage !== '/pods') return noSuchPage();
  return badRequest(`pod ${target.name} does not have a host assigned`);
}

interface BodyReader {
  readonly type: string;
  readonly body: () => JsonValue;
  readonly warn: (text: string) => void;
}

function scaleRequest(
  world: World,
  target: Target,
  { kind, method, query, userAgent }: ResourceRequest,
  { type, body, warn }: BodyReader,
): JsonObject {
  if (method === 'GET') return scaleOf(kind, getObject(world, kind, target));
  const options = writeOptions(query, userAgent, [], warn);
  if (method === 'PUT') return writeScale(world, kind, target, body(), options);
  if (method !== 'PATCH') throw methodNotAllowed();
  const patchType = patchTypes[type as keyof typeof patchTypes];
  if (patchType === undefined) throw unsupportedPatch();
  return patchScale(world, kind, target, patchType === 'apply' ? 'merge' : patchType, body(), options);
}

/** Carries out a request on a collection, an object, or its `status`. @throws {ApiError} */
export function answerResource(world: World, snapshots: Snapshots, request: ResourceRequest): Answer {
  const warnings: string[] = [];
  const deprecation = deprecationWarning(request.kind);
  if (deprecation !== undefined) warnings.push(deprecation);
  try {
    return carryOut(world, snapshots, request, warnings);
  } catch (error) {
    if (!(error instanceof ApiError) || warnings.length === 0) throw error;
    return { code: error.code, body: error.status, warnings };
  }
}

function carryOut(world: World, snapshots: Snapshots, request: ResourceRequest, warnings: string[]): Answer {
  const { method, kind, namespace, name, subresource, query, contentType, userAgent } = request;
  const warn = (text: string): void => {
    if (!warnings.includes(text)) warnings.push(text);
  };
  const type = mediaType(contentType);
  const patching = type.endsWith('strategic-merge-patch+json') ? '' : 'error decoding patch: ';
  const creating = `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; json parse error: `;
  const body = (): JsonValue => parseBody(request.body, type, method === 'PATCH' ? patching : creating);
  const isJson = type === 'application/json';
  const repeated = isJson && method !== 'GET' ? repeatedFields(request.body.toString('utf8')) : [];
  const optionalBody = (): JsonValue | undefined => (request.body.length === 0 ? undefined : body());
  /** Jobs are special: nobody would guess what becomes of their pods. */
  const deletion = (sent: () => JsonValue | undefined): DeleteOptions => {
    const options = deleteOptions(query, sent());
    if (kind.storage === 'batch/jobs' && options.propagationPolicy === undefined) warn(orphanedPodsText);
    return options;
  };
  const answer = (object: KubeObject | JsonObject, code = 200): Answer => ({
    code,
    body: shaped(world, object, request),
    type: `application/${request.form.format}`,
    warnings,
  });

  if (name === undefined) {
    switch (method) {
      case 'GET':
        return list(world, snapshots, request, warnings);
      case 'POST': {
        const options = writeOptions(query, userAgent, repeated, warn);
        return answer(createObject(world, kind, namespace, decode(kind, body(), options), options), 201);
      }
      case 'DELETE': {
        const options = deleteOptions(query, optionalBody());
        const page = listPage(world, snapshots, kind, namespace, query);
        deleteObjects(world, kind, page.items, options);
        return answer(listBody(kind, page));
      }
      default:
        throw methodNotAllowed();
    }
  }
  const target: Target = { namespace, name, subresource };
  if (method === 'POST' && kind.storage === '/pods' && subresource === 'binding') {
    const options = writeOptions(query, userAgent, repeated, warn);
    return answer(bindPod(world, kind, target, body(), options), 201);
  }
  if (method === 'POST' && kind.storage === '/pods' && subresource === 'eviction') {
    return answer(evictPod(world, kind, target, body()), 201);
  }
  if (subresource !== undefined && !writable.has(subresource)) throw unserved(world, kind, target);
  if (subresource === 'scale') return answer(scaleRequest(world, target, request, { type, body, warn }));
  switch (method) {
    case 'GET':
      return answer(getObject(world, kind, target));
    case 'PUT': {
      const options = writeOptions(query, userAgent, repeated, warn);
      return answer(updateObject(world, kind, target, decode(kind, body(), options), options));
    }
    case 'PATCH': {
      const patchType = patchTypes[type as keyof typeof patchTypes];
      if (patchType === undefined) throw unsupportedPatch();
      const options = writeOptions(query, userAgent, repeated, warn);
      if (patchType === 'apply') {
        const manager = requireManager(query.get('fieldManager'));
        const applyOptions = { ...options, manager, force: query.get('force') === 'true' };
        const { object, created } = applyObject(world, kind, target, body(), applyOptions);
        return answer(object, created ? 201 : 200);
      }
      return answer(patchObject(world, kind, target, patchType, body(), options));
    }
    case 'DELETE':
      if (subresource !== undefined) throw methodNotAllowed();
      return answer(deleteObject(world, kind, target, deletion(optionalBody)));
    default:
      throw methodNotAllowed();
  }
}
