import type { JsonObject } from '@fluxctl/shared/kube-object';
import { ApiError } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { tableBody } from '../tables/table.ts';
import type { AnswerForm } from './accept.ts';
import { includeOf } from './include-of.ts';
import { listBody, listMetadata, metadataListBody, type ObjectList } from './list-answer.ts';
import { partialMetadata } from './partial-metadata.ts';

/** How an answer about a kind is to look. */
export interface Shape {
  readonly kind: Kind;
  readonly form: AnswerForm;
  readonly query: URLSearchParams;
}

/** @returns 406 for one object asked for as a list, or the other way round */
function notAsWanted(kind: Kind, wanted: string, fault: string, suffix: string): ApiError {
  const named = `${kind.group.split('.')[0] || 'core'}.${kind.kind}${suffix}`;
  const goType = kind.custom === undefined ? named : `unstructured.Unstructured${suffix}`;
  const text = `you requested ${wanted}, but the requested object ${fault} (*${goType})`;
  return new ApiError(406, 'NotAcceptable', text);
}

/** An object of the kind, in the form that was asked for. @throws {ApiError} 406 */
export function shapeObject(world: World, object: KubeObject, { kind, form, query }: Shape): JsonObject {
  if (form.as === 'metadata') return partialMetadata(object);
  if (form.as === 'metadata list') throw notAsWanted(kind, 'PartialObjectMetadataList', 'is not a list', '');
  if (form.as !== 'table') return object;
  const { resourceVersion = '' } = object.metadata;
  return tableBody(kind, [object], { resourceVersion }, world.now(), includeOf(query));
}

/** A list of the kind, in the form that was asked for. @throws {ApiError} 406 */
export function shapeList(world: World, page: ObjectList, { kind, form, query }: Shape): JsonObject {
  if (form.as === 'metadata list') return metadataListBody(page);
  if (form.as === 'metadata') throw notAsWanted(kind, 'PartialObjectMetadata', 'is a list', 'List');
  if (form.as !== 'table') return listBody(kind, page);
  return tableBody(kind, page.items, listMetadata(page), world.now(), includeOf(query));
}
