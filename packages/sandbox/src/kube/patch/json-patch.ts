import type { JsonValue } from '@fluxctl/shared/kube-object';
import { ApiError, badRequest } from '../api-error.ts';
import { isObject, jsonType, sameJson } from '../kube-object.ts';

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;

export interface JsonPatchOperation {
  readonly op: (typeof operations)[number];
  readonly path: string;
  readonly from?: string;
  readonly value?: JsonValue;
}

/** @throws {ApiError} 400 */
export function parseJsonPatch(body: JsonValue): readonly JsonPatchOperation[] {
  if (!Array.isArray(body)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonType(body)} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  return body.map((entry) => {
    const known =
      isObject(entry) && operations.some((op) => op === entry.op) && typeof entry.path === 'string';
    if (!known) throw unprocessable();
    return entry as unknown as JsonPatchOperation;
  });
}

/** The real server says no more than this, whatever does not fit. */
function unprocessable(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw unprocessable();
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: JsonValue, pointer: string): JsonValue | undefined {
  let current: JsonValue | undefined = document;
  for (const part of parsePointer(pointer)) {
    if (Array.isArray(current)) current = current[Number(part)];
    else if (isObject(current)) current = Object.hasOwn(current, part) ? current[part] : undefined;
    else return undefined;
  }
  return current;
}

/** Index of a list for `add`: `-` is behind the last. */
function insertIndex(part: string, length: number): number {
  const index = part === '-' ? length : Number(part);
  if (!Number.isInteger(index) || index < 0 || index > length) throw unprocessable();
  return index;
}

/** Changes the copy `document` in place. */
function change(
  document: JsonValue,
  pointer: string,
  value: JsonValue | undefined,
  insert: boolean,
): JsonValue {
  const parts = [...parsePointer(pointer)];
  const last = parts.pop();
  if (last === undefined) return value ?? null;
  const parentPointer = pointer.slice(0, pointer.lastIndexOf('/'));
  const parent = read(document, parentPointer);
  if (Array.isArray(parent)) {
    if (insert && value !== undefined) {
      parent.splice(insertIndex(last, parent.length), 0, value);
    } else {
      const index = Number(last);
      if (!Number.isInteger(index) || index < 0 || index >= parent.length) throw unprocessable();
      parent.splice(index, 1, ...(value === undefined ? [] : [value]));
    }
  } else if (isObject(parent)) {
    const missing = !Object.hasOwn(parent, last);
    if (!insert && missing) throw unprocessable();
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  } else {
    throw unprocessable();
  }
  return document;
}

/**
 * Applies a JSON patch (RFC 6902) to a copy.
 * @throws {ApiError} 422 when a path is missing or a `test` fails, in the real server's unspecific words
 */
export function applyJsonPatch(original: JsonValue, patch: readonly JsonPatchOperation[]): JsonValue {
  let document = structuredClone(original);
  for (const { op, path, from = '', value = null } of patch) {
    switch (op) {
      case 'test':
        if (!sameJson(read(document, path) ?? null, value)) throw unprocessable();
        break;
      case 'add':
        document = change(document, path, structuredClone(value), true);
        break;
      case 'replace':
        document = change(document, path, structuredClone(value), false);
        break;
      case 'remove':
        document = change(document, path, undefined, false);
        break;
      case 'move':
      case 'copy': {
        const moved = read(document, from);
        if (moved === undefined) throw unprocessable();
        const copy = structuredClone(moved);
        if (op === 'move') document = change(document, from, undefined, false);
        document = change(document, path, copy, true);
        break;
      }
      default:
        op satisfies never;
    }
  }
  return document;
}
