import type { ServerResponse } from 'node:http';
import { ApiError, badRequest } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import { isObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { selection } from '../resources/read.ts';
import { tableBody } from '../tables/table.ts';
import { openWatch, type WatchEvent } from '../watch/watch-stream.ts';
import type { AnswerForm } from './accept.ts';
import { includeOf } from './include-of.ts';
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
): OpenWatch {
  const sendInitialEvents = query.get('sendInitialEvents') === 'true';
  if (sendInitialEvents && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    const why = 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    throw new ApiError(
      422,
      'Invalid',
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${why}`,
      {
        group: 'meta.k8s.io',
        kind: 'ListOptions',
        causes: [{ reason: 'FieldValueForbidden', message: why, field: 'resourceVersionMatch' }],
      },
    );
  }
  const resourceVersion = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(resourceVersion)) {
    throw badRequest(`invalid resource version ${JSON.stringify(resourceVersion)}`);
  }
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
  let started = false;
  const backlog: string[] = [];
  const send = (event: WatchEvent): void => {
    const line = `${JSON.stringify(shaped(event))}\n`;
    if (started) response.write(line);
    else backlog.push(line);
  };
  const watch = openWatch(
    world,
    {
      kind,
      namespace,
      name,
      selects: selection(kind, query.get('labelSelector') ?? '', query.get('fieldSelector') ?? ''),
      resourceVersion,
      sendInitialEvents,
      bookmarks: query.get('allowWatchBookmarks') === 'true',
    },
    send,
  );
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
    'Transfer-Encoding': 'chunked',
  });
  response.flushHeaders();
  started = true;
  if (backlog.length > 0) response.write(backlog.join(''));
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
      const status = new ApiError(410, 'Expired', `too old resource version: ${resourceVersion || 1}`).status;
      send({ type: 'ERROR', object: isObject(status as never) ? (status as never) : {} });
      close('end');
    },
    bookmark: watch.bookmark,
  };
}
