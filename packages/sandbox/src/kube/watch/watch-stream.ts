import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expired, type Status } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { convert } from '../resources/convert.ts';
import { listObjects } from '../resources/read.ts';
import type { Selects } from '../resources/selectors.ts';
import type { StoreEvent } from '../store/store.ts';

export interface WatchRequest {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly selects: Selects;
  /** As in the query; empty: whatever is there, then changes. */
  readonly resourceVersion: string;
  readonly sendInitialEvents: boolean;
  readonly bookmarks: boolean;
}

export type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject | KubeObject | Status;
};

/** An object that carries nothing but how far the watch has come. */
function bookmark(kind: Kind, version: number, initialEventsEnd: boolean): WatchEvent {
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  return {
    type: 'BOOKMARK',
    object: {
      kind: kind.kind,
      apiVersion: kind.apiVersion,
      metadata: { resourceVersion: String(version), ...(initialEventsEnd && { annotations }) },
    },
  };
}

/**
 * Sends what a watch sees, first what it missed and then every change as it happens.
 * @param send - called in order, never after the watch has been ended
 * @returns ends it
 * @throws {ApiError} 410 when the version is forgotten
 */
export function openWatch(
  world: World,
  request: WatchRequest,
  send: (event: WatchEvent) => void,
): { readonly end: () => void; readonly bookmark: () => void } {
  const { kind, namespace, name, selects, resourceVersion } = request;
  const inScope = ({ metadata }: KubeObject): boolean =>
    (namespace === undefined || metadata.namespace === namespace) &&
    (name === undefined || metadata.name === name);
  const selected = (object: KubeObject | undefined): boolean =>
    object !== undefined && inScope(object) && selects(convert(object, kind));
  const sendChange = ({ type, object, previous, version }: StoreEvent): void => {
    const was = selected(previous);
    const is = type !== 'DELETED' && selected(object);
    if (!was && !is) return;
    if (is) send({ type: was ? 'MODIFIED' : 'ADDED', object: convert(object, kind) });
    else if (type === 'DELETED') send({ type: 'DELETED', object: convert(object, kind) });
    // It no longer matches: its last state that did, under the version of the change.
    else send({ type: 'DELETED', object: withVersion(convert(previous ?? object, kind), version) });
  };

  const fromNow = resourceVersion === '' || resourceVersion === '0';
  if (fromNow || request.sendInitialEvents) {
    for (const object of listObjects(world, kind, namespace, selects)) {
      if (inScope(object)) send({ type: 'ADDED', object });
    }
    if (request.sendInitialEvents) send(bookmark(kind, world.store.version, true));
  } else {
    const version = Number(resourceVersion);
    const missed = world.store.since(kind.storage, version);
    if (missed === 'compacted') {
      throw expired(`too old resource version: ${version} (${world.store.compacted + 1})`);
    }
    for (const event of missed) sendChange(event);
  }
  const end = world.store.listen((event) => {
    if (event.storage === kind.storage) sendChange(event);
  });
  return {
    end,
    bookmark: () => {
      if (request.bookmarks) send(bookmark(kind, world.store.version, false));
    },
  };
}

function withVersion(object: KubeObject, version: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}
