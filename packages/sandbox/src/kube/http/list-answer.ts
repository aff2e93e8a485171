import type { JsonObject } from '@fluxctl/shared/kube-object';
import { badRequest, expired } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { listObjects, selection } from '../resources/read.ts';
import { partialMetadata } from './partial-metadata.ts';

/** The pages that follow come from the same moment, as long as history reaches back to it. */
export interface Snapshots {
  readonly byToken: Map<string, Snapshot>;
}

interface Snapshot {
  readonly version: number;
  readonly rest: readonly KubeObject[];
}

/** So many lists may be half read at a time. */
const snapshotLimit = 200;

export interface ObjectList {
  readonly version: number;
  readonly items: readonly KubeObject[];
  readonly continueToken: string | undefined;
  readonly remaining: number | undefined;
}

const goneText =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

function tokenOf(version: number, last: KubeObject, id: number): string {
  const { namespace, name } = last.metadata;
  const start = `${namespace === undefined ? '' : `${namespace}/`}${name}\u0000`;
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start, id });
  return Buffer.from(text).toString('base64url');
}

/** One page of a list. @throws {ApiError} 400, 410 */
export function listPage(
  world: World,
  snapshots: Snapshots,
  kind: Kind,
  namespace: string | undefined,
  query: URLSearchParams,
): ObjectList {
  const limit = Number(query.get('limit') ?? 0);
  const token = query.get('continue') ?? '';
  const selects = selection(kind, query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '');
  const wantedVersion = query.get('resourceVersion') ?? '';
  let version = world.store.version;
  let objects: readonly KubeObject[];
  if (token !== '') {
    if (wantedVersion !== '' && wantedVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const snapshot = snapshots.byToken.get(token);
    if (snapshot === undefined && !isToken(token)) {
      throw badRequest('continue key is not valid: illegal base64 data at input byte 0');
    }
    if (snapshot === undefined || snapshot.version < world.store.compacted) throw expired(goneText);
    version = snapshot.version;
    objects = snapshot.rest;
  } else {
    checkVersion(world, wantedVersion, query.get('resourceVersionMatch') ?? '');
    objects = listObjects(world, kind, namespace, selects);
  }
  // From its cache (resourceVersion=0) the real server answers with everything, whatever the limit.
  if (limit <= 0 || objects.length <= limit || (wantedVersion === '0' && token === '')) {
    return { version, items: objects, continueToken: undefined, remaining: undefined };
  }
  const items = objects.slice(0, limit);
  const rest = objects.slice(limit);
  const last = items.at(-1);
  const next = last === undefined ? '' : tokenOf(version, last, snapshots.byToken.size);
  if (snapshots.byToken.size >= snapshotLimit) {
    const oldest = snapshots.byToken.keys().next().value;
    if (oldest !== undefined) snapshots.byToken.delete(oldest);
  }
  snapshots.byToken.set(next, { version, rest });
  const selective = query.get('labelSelector') || query.get('fieldSelector');
  return { version, items, continueToken: next, remaining: selective ? undefined : rest.length };
}

function isToken(text: string): boolean {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as { v?: unknown };
    return token.v === 'meta.k8s.io/v1';
  } catch {
    return false;
  }
}

function checkVersion(world: World, wanted: string, match: string): void {
  if (wanted === '' || wanted === '0') return;
  if (!/^\d+$/.test(wanted)) throw badRequest(`invalid resource version ${JSON.stringify(wanted)}`);
  const version = Number(wanted);
  if (match === 'Exact' && version < world.store.compacted) {
    throw expired(`The resourceVersion for the provided list is too old.`);
  }
}

export function listMetadata({ version, continueToken, remaining }: ObjectList): JsonObject {
  return {
    resourceVersion: String(version),
    ...(continueToken !== undefined && { continue: continueToken }),
    ...(remaining !== undefined && { remainingItemCount: remaining }),
  };
}

/** Items of a built-in kind do not repeat kind and version; those of custom kinds do. */
export function listBody(kind: Kind, list: ObjectList): JsonObject {
  const items = list.items.map((item): JsonObject => {
    if (kind.custom !== undefined) return item;
    const { apiVersion: _, kind: _kind, ...rest } = item;
    return rest as JsonObject;
  });
  return { kind: `${kind.kind}List`, apiVersion: kind.apiVersion, metadata: listMetadata(list), items };
}

export function metadataListBody(list: ObjectList): JsonObject {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata(list),
    items: list.items.map(partialMetadata),
  };
}
