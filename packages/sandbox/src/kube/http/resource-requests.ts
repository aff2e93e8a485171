import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { methodNotAllowed } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import { applyObject, requireManager } from '../resources/apply.ts';
import type { Target, World } from '../resources/context.ts';
import { createObject } from '../resources/create.ts';
import { decode } from '../resources/decode.ts';
import { deleteObject, deleteObjects } from '../resources/delete.ts';
import { patchObject, patchTypes } from '../resources/patch.ts';
import { getObject } from '../resources/read.ts';
import { updateObject } from '../resources/update.ts';
import type { AnswerForm } from './accept.ts';
import type { Answer } from './answer.ts';
import { listBody, listPage, metadataListBody, partialMetadata, type Snapshots } from './list-answer.ts';
import { deleteOptions, mediaType, parseBody, unsupportedMediaType, writeOptions } from './write-request.ts';

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
  readonly body: string;
}

function answerObject(object: KubeObject | JsonObject, { form }: ResourceRequest, code: number): Answer {
  const isStatus = object.kind === 'Status' && object.apiVersion === 'v1';
  const body = form.as === 'metadata' && !isStatus ? partialMetadata(object as KubeObject) : object;
  return { code, body, type: `application/${form.format}` };
}

function list(world: World, snapshots: Snapshots, request: ResourceRequest): Answer {
  const { kind, namespace, query, form } = request;
  const page = listPage(world, snapshots, kind, namespace, query);
  const body = form.as === 'metadata' ? metadataListBody(page) : listBody(kind, page);
  return { code: 200, body, type: `application/${form.format}` };
}

/** Carries out a request on a collection, an object, or its `status`. @throws {ApiError} */
export function answerResource(world: World, snapshots: Snapshots, request: ResourceRequest): Answer {
  const { method, kind, namespace, name, subresource, query, contentType, userAgent } = request;
  const warnings: string[] = [];
  const warn = (text: string): void => {
    if (!warnings.includes(text)) warnings.push(text);
  };
  const body = (): JsonValue => parseBody(request.body, mediaType(contentType));
  const optionalBody = (): JsonValue | undefined => (request.body.trim() === '' ? undefined : body());
  const answer = (object: KubeObject | JsonObject, code = 200): Answer => ({
    ...answerObject(object, request, code),
    warnings,
  });

  if (name === undefined) {
    switch (method) {
      case 'GET':
        return list(world, snapshots, request);
      case 'POST': {
        const options = writeOptions(query, userAgent, warn);
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
  switch (method) {
    case 'GET':
      return answer(getObject(world, kind, target));
    case 'PUT': {
      const options = writeOptions(query, userAgent, warn);
      return answer(updateObject(world, kind, target, decode(kind, body(), options), options));
    }
    case 'PATCH': {
      const type = patchTypes[mediaType(contentType) as keyof typeof patchTypes];
      if (type === undefined) throw unsupportedMediaType(Object.keys(patchTypes));
      const options = writeOptions(query, userAgent, warn);
      if (type === 'apply') {
        const manager = requireManager(query.get('fieldManager'));
        const applyOptions = { ...options, manager, force: query.get('force') === 'true' };
        const { object, created } = applyObject(world, kind, target, body(), applyOptions);
        return answer(object, created ? 201 : 200);
      }
      return answer(patchObject(world, kind, target, type, body(), options));
    }
    case 'DELETE':
      if (subresource !== undefined) throw methodNotAllowed();
      return answer(deleteObject(world, kind, target, deleteOptions(query, optionalBody())));
    default:
      throw methodNotAllowed();
  }
}
