import { errorMessage } from '@fluxctl/shared/errors';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { load } from 'js-yaml';
import { ApiError, badRequest } from '../api-error.ts';
import { isObject } from '../kube-object.ts';
import type { WriteOptions } from '../resources/context.ts';
import type { DeleteOptions } from '../resources/delete.ts';
import { protobufType, readProtobuf } from './protobuf.ts';

const jsonTypes: ReadonlySet<string> = new Set([
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]);

function parseYaml(text: string): JsonValue {
  // Most of what is sent as YAML is JSON.
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      // then it is YAML in flow style
    }
  }
  try {
    return load(text, { json: true }) as JsonValue;
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : errorMessage(error);
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${reason}`);
  }
}

/**
 * Reads a body by its content type.
 * @param what - is told in front of the parser's words
 * @throws {ApiError} 400, or 415 for a type that is not read
 */
export function parseBody(body: Buffer, contentType: string, what: string): JsonValue {
  if (contentType === 'application/yaml' || contentType === 'application/apply-patch+yaml') {
    return parseYaml(body.toString('utf8'));
  }
  if (contentType === protobufType) {
    const object = readProtobuf(body);
    if (object === undefined) throw unsupportedMediaType(['application/json', 'application/yaml']);
    return object;
  }
  if (!jsonTypes.has(contentType)) {
    throw unsupportedMediaType(['application/json', 'application/yaml', protobufType]);
  }
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw badRequest(`${what}${jsonFault(text)}`);
  }
}

/** As Go's decoder puts it. */
function jsonFault(text: string): string {
  const first = text.trimStart()[0];
  if (first === undefined) return 'unexpected end of JSON input';
  if ('{["-0123456789tfn'.includes(first)) return 'unexpected end of JSON input';
  return `invalid character ${first === "'" ? String.raw`'\''` : `'${first}'`} looking for beginning of value`;
}

/** The media type without its parameters. */
export function mediaType(header: string | undefined): string {
  return (header ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** @returns 415 for what is no patch */
export function unsupportedPatch(): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const text = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', text);
}

/** `curl/8.5` is `curl`: who writes without saying so. */
function managerOf(query: URLSearchParams, userAgent: string | undefined): string {
  const named = query.get('fieldManager');
  if (named) return named;
  return (userAgent ?? 'unknown').split('/')[0]?.slice(0, 128) || 'unknown';
}

function dryRunOf(values: readonly string[]): boolean {
  for (const value of values) {
    if (value === 'All') continue;
    const why = `Unsupported value: ${JSON.stringify(value)}: supported values: "All"`;
    throw new ApiError(422, 'Invalid', `CreateOptions.meta.k8s.io "" is invalid: dryRun: ${why}`, {
      group: 'meta.k8s.io',
      kind: 'CreateOptions',
      causes: [{ reason: 'FieldValueNotSupported', message: why, field: 'dryRun' }],
    });
  }
  return values.length > 0;
}

/** Reads what a write's query says. */
export function writeOptions(
  query: URLSearchParams,
  userAgent: string | undefined,
  repeated: readonly string[],
  warn: (text: string) => void,
): WriteOptions {
  const validation = query.get('fieldValidation');
  return {
    manager: managerOf(query, userAgent),
    dryRun: dryRunOf(query.getAll('dryRun').filter(Boolean)),
    fieldValidation: validation === 'Ignore' || validation === 'Strict' ? validation : 'Warn',
    repeated,
    warn,
  };
}

/** `DeleteOptions` may come in the body or in the query. */
export function deleteOptions(query: URLSearchParams, body: JsonValue | undefined): DeleteOptions {
  const sent: JsonObject = isObject(body) ? body : {};
  const { propagationPolicy = query.get('propagationPolicy') ?? undefined, orphanDependents } = sent;
  const orphan = orphanDependents ?? query.get('orphanDependents') ?? undefined;
  const grace = sent.gracePeriodSeconds ?? query.get('gracePeriodSeconds') ?? undefined;
  const dryRun = Array.isArray(sent.dryRun) ? sent.dryRun.map(String) : query.getAll('dryRun');
  const policies = ['Orphan', 'Background', 'Foreground'] as const;
  const policy = policies.find((known) => known === propagationPolicy);
  if (propagationPolicy !== undefined && policy === undefined) {
    const why = `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: "Foreground", "Background", "Orphan", "nil"`;
    throw new ApiError(422, 'Invalid', `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: ${why}`, {
      group: 'meta.k8s.io',
      kind: 'DeleteOptions',
      causes: [{ reason: 'FieldValueNotSupported', message: why, field: 'propagationPolicy' }],
    });
  }
  const byOrphan =
    orphan === undefined || orphan === null ? undefined : String(orphan) === 'true' ? 'Orphan' : 'Background';
  const { preconditions } = sent;
  return {
    dryRun: dryRunOf(dryRun.filter(Boolean)),
    ...(grace !== undefined && grace !== null && { gracePeriodSeconds: Number(grace) }),
    ...((policy ?? byOrphan) !== undefined && { propagationPolicy: policy ?? byOrphan ?? 'Background' }),
    ...(isObject(preconditions) && {
      preconditions: preconditions as { uid?: string; resourceVersion?: string },
    }),
  };
}
