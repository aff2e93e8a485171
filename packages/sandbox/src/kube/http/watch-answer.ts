import type { ServerResponse } from 'node:http';
import { ApiError, expired } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { selection } from '../resources/read.ts';
import { tableBody } from '../tables/table.ts';
import { openWatch, type WatchEvent } from '../watch/watch-stream.ts';
import type { AnswerForm } from './accept.ts';
import { includeOf } from './include-of.ts';
import { watchVersion } from './list-options.ts';
import { partialMetadata } from './partial-metadata.ts';

/** How often a watch that asked for bookmarks gets one. */
const bookmarkEveryMs = 60_000;
const defaultTimeoutSeconds = 1800;

export interface WatchParts {
  readonly world: World;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly query: URLSearchParams;
  readonly form: AnswerForm;
}

/** A watch that is being answered. */
export interface OpenWatch {
  readonly kind: Kind;
  /** Ends it in an orderly way, or as a lost connection. */
  close(how: 'end' | 'cut'): void;
  /** Sends `ERROR` with a 410 and ends it, as when history was compacted under a slow watch. */
  expire(): void;
  bookmark(): void;
}

/** Writes a chunked stream of events until time is up, the client goes or the server ends it. */
export function answerWatch(
  response: ServerResponse,
  { world, kind, namespace, name, query, form }: WatchParts,
  onClosed: () => void,
): OpenWatch | undefined {
  const { resourceVersion, sendInitialEvents } = watchVersion(query);
  let first = true;
  const shaped = ({ type, object }: WatchEvent): unknown => {
    if (type === 'ERROR' || form.as === 'object') return { type, object };
    const whole = object as KubeObject;
    if (form.as === 'metadata' || form.as === 'metadata list')
      return { type, object: partialMetadata(whole) };
    const { resourceVersion = '' } = whole.metadata;
    const rows = type === 'BOOKMARK' ? [] : [whole];
    const include = includeOf(query);
    const table = tableBody(kind, rows, { resourceVersion }, world.now(), include, first);
    first = false;
    return { type, object: table };
  };
  const backlog: string[] = [];
  let started = false;
  const send = (event: WatchEvent): void => {
    const line = `${JSON.stringify(shaped(event))}\n`;
    if (started) response.write(line);
    else backlog.push(line);
  };
  const start = (): void => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
    response.flushHeaders();
    started = true;
    if (backlog.length > 0) response.write(backlog.join(''));
  };
  const selects = selection(kind, query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '');
  const bookmarksWanted = query.get('allowWatchBookmarks') === 'true';
  const request = {
    kind,
    namespace,
    name,
    selects,
    resourceVersion,
    sendInitialEvents,
    bookmarks: bookmarksWanted,
  };
  let watch: ReturnType<typeof openWatch>;
  try {
    watch = openWatch(world, request, send);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 410) throw error;
    // A version that is forgotten is told as the first and only event of a stream that did begin.
    send({ type: 'ERROR', object: error.status });
    start();
    response.end();
    onClosed();
    return undefined;
  }
  start();
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || defaultTimeoutSeconds;
  const timeout = setTimeout(() => close('end'), seconds * 1000);
  const bookmarks = setInterval(watch.bookmark, bookmarkEveryMs);
  const release = (): void => {
    clearTimeout(timeout);
    clearInterval(bookmarks);
    watch.end();
    onClosed();
  };
  function close(how: 'end' | 'cut'): void {
    release();
    if (how === 'end') response.end();
    else response.destroy();
  }
  response.once('close', release);
  return {
    kind,
    close,
    expire() {
      send({ type: 'ERROR', object: expired(`too old resource version: ${resourceVersion || 1}`).status });
      close('end');
    },
    bookmark: watch.bookmark,
  };
}
