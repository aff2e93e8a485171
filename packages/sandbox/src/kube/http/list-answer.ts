import type { JsonObject } from '@fluxctl/shared/kube-object';
import { badRequest, expired } from '../api-error.ts';
import { isObject, type KubeObject, numberAt, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { listObjects, selection } from '../resources/read.ts';
import { listVersion } from './list-options.ts';
import { partialMetadata } from './partial-metadata.ts';

/** Lists that are half read, by the token of their next page: it comes from the same moment as the first. */
export type Snapshots = Map<string, { readonly version: number; readonly rest: readonly KubeObject[] }>;

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

interface Token {
  /** -1: whatever is there now. */
  readonly version: number;
  /** Key of the last object that was given. */
  readonly start: string;
}

function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function encodeToken({ version, start }: Token): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${start}\u0000` });
  return Buffer.from(text).toString('base64url');
}

/** @throws {ApiError} 400 */
function decodeToken(text: string): Token {
  let token: unknown;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    token = undefined;
  }
  const object = isObject(token as never) ? (token as JsonObject) : {};
  if (object['v'] !== 'meta.k8s.io/v1') throw badRequest('invalid continue token: continue key is not valid');
  return { version: numberAt(object, 'rv') ?? -1, start: (stringAt(object, 'start') ?? '').slice(0, -1) };
}

/** What a token stands for. @throws {ApiError} 400, 410 */
function continued(
  world: World,
  snapshots: Snapshots,
  token: string,
  all: () => readonly KubeObject[],
): { readonly version: number; readonly rest: readonly KubeObject[] } {
  const { version, start } = decodeToken(token);
  if (version < 0)
    return { version: world.store.version, rest: all().filter((object) => keyOf(object) > start) };
  const snapshot = snapshots.get(token);
  if (snapshot === undefined || snapshot.version < world.store.compacted) {
    throw expired(goneText, encodeToken({ version: -1, start }));
  }
  return snapshot;
}

/** One page of a list. @throws {ApiError} 400, 410, 422, 504 */
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
  const all = (): readonly KubeObject[] => listObjects(world, kind, namespace, selects);
  const { resourceVersion } = listVersion(query, world.store.version, world.store.compacted);
  if (token !== '' && resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const { version, rest } =
    token === '' ? { version: world.store.version, rest: all() } : continued(world, snapshots, token, all);
  // From its cache (resourceVersion=0) the real server answers with everything, whatever the limit.
  const isWhole = limit <= 0 || rest.length <= limit || (resourceVersion === '0' && token === '');
  const items = isWhole ? rest : rest.slice(0, limit);
  const last = items.at(-1);
  if (isWhole || last === undefined)
    return { version, items, continueToken: undefined, remaining: undefined };
  const next = encodeToken({ version, start: keyOf(last) });
  // Lists of different selections may stop at the same object: the latest one is gone on with.
  snapshots.delete(next);
  snapshots.set(next, { version, rest: rest.slice(limit) });
  const [oldest] = snapshots.keys();
  if (snapshots.size > snapshotLimit && oldest !== undefined) snapshots.delete(oldest);
  const isSelective = query.get('labelSelector') || query.get('fieldSelector');
  return { version, items, continueToken: next, remaining: isSelective ? undefined : rest.length - limit };
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
