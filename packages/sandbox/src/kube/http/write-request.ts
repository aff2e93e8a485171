import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { load } from 'js-yaml';
import { ApiError, badRequest } from '../api-error.ts';
import { isObject } from '../kube-object.ts';
import type { WriteOptions } from '../resources/context.ts';
import type { DeleteOptions } from '../resources/delete.ts';

/** Reads a body by its content type; JSON is what is assumed without one. */
export function parseBody(text: string, contentType: string): JsonValue {
  const yaml = contentType === 'application/yaml' || contentType === 'application/apply-patch+yaml';
  try {
    return (yaml ? load(text) : JSON.parse(text)) as JsonValue;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw badRequest(
      yaml ? `error decoding YAML: ${message}` : `couldn't get version/kind; json parse error: ${message}`,
    );
  }
}

/** The media type without its parameters. */
export function mediaType(header: string | undefined): string {
  return (header ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
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
  warn: (text: string) => void,
): WriteOptions {
  const validation = query.get('fieldValidation');
  return {
    manager: managerOf(query, userAgent),
    dryRun: dryRunOf(query.getAll('dryRun').filter(Boolean)),
    fieldValidation: validation === 'Ignore' || validation === 'Strict' ? validation : 'Warn',
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
