import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { checksumAnnotation } from '../manifests/mark.ts';
import { ApiStatusError, isStatus, isTypedPatchFailure, toApplyError } from './api-error.ts';
import type { ApplyItem, ApplyOutcome } from './cluster.ts';
import { type Discovery, objectPath, type ServedKind } from './discovery.ts';
import type { KubeClient } from './kube-client.ts';
import type { LiveStore } from './live-state.ts';
import { fieldManager, fieldsHash, metadataOnly, type ObjectMetadata } from './object-metadata.ts';
import { withRetries } from './retry.ts';
import { takeOverPatch } from './take-over.ts';
import { writeWhole } from './write-whole.ts';

export interface ApplyPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly live: LiveStore;
  readonly random: () => number;
  /** A try failed in a way that may pass: the server is busy. */
  readonly onBusy: (error: unknown) => void;
}

const attempts = 5;
const longestWaitMs = 10_000;

/** Applies one object, and takes it over from a client-side apply. Rejects only when aborted. */
export async function applyObject(
  item: ApplyItem,
  ports: ApplyPorts,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  try {
    const served = await ports.discovery.find(item.ref.apiVersion, item.ref.kind, signal);
    if (!served) throw unknownKind(item);
    const body = await item.body(signal);
    const retry = { attempts, capMs: longestWaitMs, random: ports.random, signal, onRetry: ports.onBusy };
    return await withRetries(() => write(item, served, body, ports, signal), retry);
  } catch (error) {
    signal.throwIfAborted();
    return { item, action: 'failed', error: toApplyError(error) };
  }
}

function unknownKind({ ref }: ApplyItem): UserError {
  return new UserError(`the cluster serves no kind ${ref.kind} in ${ref.apiVersion}`, {
    help: 'Is its CustomResourceDefinition missing, or the API version too old or too new for this cluster?',
  });
}

async function write(
  item: ApplyItem,
  served: ServedKind,
  body: JsonObject,
  ports: ApplyPorts,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { client, live } = ports;
  const before = live.entry(item.ref);
  const apply = () =>
    client.request(
      {
        method: 'PATCH',
        path: objectPath(served, item.ref.namespace, item.ref.name),
        query: { fieldManager, force: 'true', fieldValidation: 'Warn' },
        contentType: 'application/apply-patch+yaml',
        accept: metadataOnly.object,
        body,
      },
      signal,
    );

  const warnings: string[] = [];
  let answer: Awaited<ReturnType<typeof apply>>;
  try {
    answer = await apply();
  } catch (error) {
    if (!isTypedPatchFailure(error) || !/duplicate entries/.test(errorMessage(error))) throw error;
    answer = await writeWhole(client, served, body, item.ref, signal);
    warnings.push(
      `${item.source.path}:${item.source.line}: ${duplicatesTold(error)}; written as a whole, so that what others change in it is overwritten`,
    );
  }
  warnings.push(...answer.warnings);
  const created = answer.code === 201;
  const patch = created ? undefined : takeOverPatch(answer.body as unknown as ObjectMetadata);
  if (patch !== undefined) {
    await client
      .request(
        {
          method: 'PATCH',
          path: objectPath(served, item.ref.namespace, item.ref.name),
          query: { fieldManager },
          contentType: 'application/json-patch+json',
          accept: metadataOnly.object,
          body: patch,
        },
        signal,
      )
      .catch((error: unknown) => {
        // The test of the resourceVersion failed: the object moved meanwhile. The whole try starts over.
        throw isStatus(error, 422)
          ? new ApiStatusError(409, error.status, undefined, { cause: error })
          : error;
      });
    answer = await apply();
  }
  const after = answer.body as unknown as ObjectMetadata;
  live.applied(item.ref, after);
  if (created) return { item, action: 'created', warnings };
  return { item, action: before && isSame(before, after) ? 'unchanged' : 'configured', warnings };
}

function duplicatesTold(error: unknown): string {
  return (
    /duplicate entries for key \[[^\]]*\]/.exec(errorMessage(error))?.[0] ?? 'duplicate entries in a list'
  );
}

/** Whether the write changed nothing; a status that moved meanwhile does not count. */
function isSame(
  before: {
    readonly resourceVersion: string;
    readonly generation: number;
    readonly hash: string;
    readonly checksum: string | undefined;
  },
  after: ObjectMetadata,
): boolean {
  const { metadata } = after;
  if (metadata.resourceVersion === before.resourceVersion) return true;
  return (
    metadata.generation !== undefined &&
    metadata.generation === before.generation &&
    fieldsHash(after) === before.hash &&
    metadata.annotations?.[checksumAnnotation] === before.checksum
  );
}
