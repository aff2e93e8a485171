import { errorMessage, MissingError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { checksumAnnotation } from '../manifests/mark.ts';
import { isSchemaError, isStatus, toApplyError } from './api-error.ts';
import type { ApplyItem, ApplyOutcome } from './cluster.ts';
import type { Discovery } from './discovery.ts';
import type { KubeAnswer, KubeClient } from './kube-client.ts';
import type { LiveEntry } from './live-entry.ts';
import type { LiveStore } from './live-state.ts';
import type { Writing } from './live-table.ts';
import {
  fieldManager,
  fieldsText,
  hashOfFields,
  metadataOnly,
  type ObjectMetadata,
} from './object-metadata.ts';
import { type RetryPorts, withRetries } from './retry.ts';
import { objectPath, type ServedKind } from './served-kinds.ts';
import { takeOverPatch } from './take-over.ts';
import { writeWhole } from './write-whole.ts';

export interface ApplyPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly live: LiveStore;
  readonly retry: RetryPorts;
}

/** Applies one object, and takes it over from a client-side apply. Rejects only when aborted. */
export async function applyObject(
  item: ApplyItem,
  ports: ApplyPorts,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  let body: JsonObject | undefined;
  // Over all tries: one whose answer was lost may have been carried out.
  using writing = ports.live.write(item.ref);
  try {
    const attempt = async (): Promise<ApplyOutcome> => {
      const served = await ports.discovery.find(item.ref.apiVersion, item.ref.kind, signal);
      if (!served) return { item, action: 'failed', error: unknownKind(item) };
      body = await item.body(signal);
      return write(item, served, body, writing, ports.client, signal);
    };
    return await withRetries(attempt, ports.retry, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { item, action: 'failed', error: toApplyError(error, body) };
  }
}

/** Its definition may yet come: with another file, or by somebody else's hand. */
function unknownKind({ ref }: ApplyItem) {
  const error = new MissingError(`the cluster serves no kind ${ref.kind} in ${ref.apiVersion}`, {
    help: 'Is its CustomResourceDefinition missing, or the API version too old or too new for this cluster?',
  });
  return { error, field: undefined, retryable: true };
}

async function write(
  item: ApplyItem,
  served: ServedKind,
  body: JsonObject,
  writing: Writing,
  client: KubeClient,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const path = objectPath(served, item.ref.namespace, item.ref.name);
  const apply = () =>
    client.request(
      {
        method: 'PATCH',
        path,
        query: { fieldManager, force: 'true', fieldValidation: 'Warn' },
        contentType: 'application/apply-patch+yaml',
        accept: metadataOnly.object,
        body,
      },
      signal,
    );

  const warnings: string[] = [];
  let answer: KubeAnswer;
  try {
    answer = await apply();
    if (await takeOver(answer, path, client, signal)) answer = await apply();
  } catch (error) {
    if (!isSchemaError(error) || !/duplicate entries/.test(errorMessage(error))) throw error;
    answer = await writeWhole(client, served, body, item.ref, signal);
    warnings.push(
      `${item.source.path}:${item.source.line}: ${duplicatesIn(error)}; written as a whole, so that what others change in it is overwritten`,
    );
  }
  warnings.push(...answer.warnings);
  const after = answer.body as unknown as ObjectMetadata;
  writing.applied(after);
  if (answer.code === 201) return { item, action: 'created', warnings };
  const { before } = writing;
  return { item, action: before && isSame(before, after) ? 'unchanged' : 'configured', warnings };
}

/** Makes fields that a client-side apply left ours. @returns whether there were any */
async function takeOver(
  answer: KubeAnswer,
  path: string,
  client: KubeClient,
  signal: AbortSignal,
): Promise<boolean> {
  const patch = answer.code === 201 ? undefined : takeOverPatch(answer.body as unknown as ObjectMetadata);
  if (patch === undefined) return false;
  const contentType = 'application/json-patch+json';
  const query = { fieldManager };
  try {
    await client.request(
      { method: 'PATCH', path, query, contentType, accept: metadataOnly.object, body: patch },
      signal,
    );
    return true;
  } catch (error) {
    // The test of the resourceVersion failed: the object moved meanwhile. The whole try starts over.
    throw isStatus(error, 422) ? error.as(409) : error;
  }
}

function duplicatesIn(error: unknown): string {
  return (
    /duplicate entries for key \[[^\]]*\]/.exec(errorMessage(error))?.[0] ?? 'duplicate entries in a list'
  );
}

/** Whether the write changed nothing; a status that moved meanwhile does not count. */
function isSame(before: LiveEntry, after: ObjectMetadata): boolean {
  const { metadata } = after;
  if (metadata.resourceVersion === before.resourceVersion) return true;
  return (
    metadata.generation !== undefined &&
    metadata.generation === before.generation &&
    hashOfFields(fieldsText(after)) === before.hash &&
    metadata.annotations?.[checksumAnnotation] === before.checksum
  );
}
