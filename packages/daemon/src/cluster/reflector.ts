import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { ApiStatusError, isStatus } from './api-error.ts';
import type { KubeClient } from './kube-client.ts';
import { retryDelay } from './retry.ts';

/** What a reflector tells; objects are as the API server sends them. */
export interface ReflectorSink {
  /** A complete list begins; what `upsert` does not name until `listed` is gone. */
  relist(): void;
  upsert(object: JsonObject): void;
  remove(object: JsonObject): void;
  /** The list is complete, as of this version. */
  listed(resourceVersion: string): void;
}

export interface ReflectorOptions {
  readonly client: KubeClient;
  /** Of the objects: all of a kind, or those in one namespace. */
  readonly path: string;
  readonly labelSelector?: string;
  /** `metadataOnly.list`, or JSON for whole objects. */
  readonly accept: string;
  readonly sink: ReflectorSink;
  readonly random: () => number;
  /** The server will not have it: forbidden, or the kind is not served. Told at each try. */
  readonly onRefused?: (error: ApiStatusError) => void;
}

export interface Reflector {
  /** The first list is complete, or may not be had: forbidden, or the kind is not served. */
  readonly ready: Promise<void>;
  /** Why it is not ready, or is cut off; undefined when it follows, or nothing has failed yet. */
  readonly problem: () => unknown;
}

const pageSize = 500;
/** A watch that stood that long was a good one, though nothing happened. */
const longEnoughMs = 10_000;
/** Not longer: while a watch is away, nobody sees what changes. */
const longestPauseMs = 5_000;
/** What may not be listed is asked for again, as rights may be granted. */
const refusedPauseMs = 300_000;

/**
 * Keeps a sink equal to a list of the API server: lists in pages, then watches from there on; a watch
 * that ends goes on where it ended, one that lost its place (410) begins with a list again.
 */
export function startReflector(options: ReflectorOptions, signal: AbortSignal): Reflector {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  let problem: unknown;
  const recover = (): void => {
    problem = undefined;
  };
  const becomeReady = (): void => {
    recover();
    resolve();
  };
  const fail = (error: unknown): void => {
    problem = error;
  };
  void reflect(options, { becomeReady, fail, recover }, signal).finally(becomeReady);
  return { ready, problem: () => problem };
}

interface Health {
  becomeReady(): void;
  fail(error: unknown): void;
  recover(): void;
}

async function reflect(
  options: ReflectorOptions,
  { becomeReady, fail, recover }: Health,
  signal: AbortSignal,
): Promise<void> {
  let version: string | undefined;
  /** In a row, without a watch in between that worked. */
  let failures = 0;
  let expired = 0;
  const onSuccess = (): void => {
    failures = 0;
    expired = 0;
    recover();
  };
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        version = await list(options, signal);
        becomeReady();
      }
      version = await watch(options, version, signal, onSuccess);
      onSuccess();
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (isStatus(error, 410)) {
        // It lost its place, or its list took too long: from the start, at once the first time.
        version = undefined;
        expired += 1;
        if (expired === 1) continue;
      }
      if (isRefusal(error)) {
        version = undefined;
        options.onRefused?.(error);
        becomeReady();
        await pause(refusedPauseMs, signal);
      } else {
        fail(error);
        await pause(retryDelay(failures, longestPauseMs, options.random), signal);
      }
    }
  }
}

function isRefusal(error: unknown): error is ApiStatusError {
  return isStatus(error, 403) || isStatus(error, 404) || isStatus(error, 405);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

interface List {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly JsonObject[] | null;
}

async function list(
  { client, path, labelSelector, accept, sink }: ReflectorOptions,
  signal: AbortSignal,
): Promise<string> {
  sink.relist();
  let token = '';
  let version = '';
  do {
    const query = {
      limit: String(pageSize),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(token === '' ? {} : { continue: token }),
    };
    const { body } = await client.request({ method: 'GET', path, query, accept }, signal);
    const page = body as unknown as List;
    for (const item of page.items ?? []) sink.upsert(item);
    token = page.metadata?.continue ?? '';
    version = page.metadata?.resourceVersion ?? '';
  } while (token !== '');
  sink.listed(version);
  return version;
}

interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject & {
    readonly metadata?: { readonly resourceVersion?: string };
    readonly code?: number;
  };
}

/** @returns where the next watch goes on */
async function watch(
  { client, path, labelSelector, accept, sink, random }: ReflectorOptions,
  from: string,
  signal: AbortSignal,
  onSuccess: () => void,
): Promise<string> {
  let version = from;
  const query = {
    watch: 'true',
    resourceVersion: from,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(300 + Math.floor(random() * 300)),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
  const started = performance.now();
  const livedFor = (ms: number): boolean => performance.now() - started > ms;
  let events = 0;
  const request = { method: 'GET', path, query, accept: watchAccept(accept) } as const;
  try {
    for await (const line of client.lines(request, signal)) {
      const event = parseEvent(line);
      if (event.type === 'ERROR') throw new ApiStatusError(Number(event.object.code ?? 500), event.object);
      events += 1;
      onSuccess();
      version = event.object.metadata?.resourceVersion ?? version;
      if (event.type === 'DELETED') sink.remove(event.object);
      else if (event.type !== 'BOOKMARK') sink.upsert(event.object);
    }
  } finally {
    if (livedFor(longEnoughMs)) onSuccess();
  }
  // A watch that ends at once would turn into a storm of requests.
  if (events === 0 && !livedFor(1_000)) throw new ApiStatusError(503, { message: 'the watch ended at once' });
  return version;
}

/** A watch of metadata asks for single objects, not for a list of them. */
function watchAccept(accept: string): string {
  return accept.replace('PartialObjectMetadataList', 'PartialObjectMetadata');
}

function parseEvent(line: string): WatchEvent {
  try {
    return JSON.parse(line) as WatchEvent;
  } catch (cause) {
    throw new ApiStatusError(503, { message: `the watch was cut off: ${errorMessage(cause)}` });
  }
}
