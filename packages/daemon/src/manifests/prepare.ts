import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { checksumAnnotation, markLabel } from './mark.ts';
import { setMember } from './yaml/to-json.ts';

/** What an object is given on its way from git to the cluster. */
export interface Placement {
  /** Undefined for cluster-scoped objects. */
  readonly namespace: string | undefined;
  /** Value of `fluxcd.io/sync-gc-mark`. */
  readonly mark: string;
  /** Value of `fluxcd.io/sync-checksum`. */
  readonly checksum: string;
}

/**
 * Makes the object that is sent to the API server out of the one in git:
 * - mark, checksum and namespace are set, over what a manifest that was exported from a cluster brings
 *   along (Flux v1 left such stale marks);
 * - what only the server may write goes, and so do nulls: in a server-side apply they would take the
 *   field (`replicas: null` sets a scaled Deployment back to 1);
 * - a Secret's `stringData` becomes `data`: it is never seen again in the cluster, so keys removed from
 *   git would stay.
 * @param body - changed in place
 */
export function prepareBody(body: JsonObject, place: Placement): JsonObject {
  delete body.status;
  const metadata = objectAt(body, 'metadata');
  for (const member of writtenByServer) delete metadata[member];
  if (place.namespace === undefined) delete metadata.namespace;
  else metadata.namespace = place.namespace;
  objectAt(metadata, 'labels')[markLabel] = place.mark;
  objectAt(metadata, 'annotations')[checksumAnnotation] = place.checksum;

  if (isBuiltIn(body.apiVersion)) dropNulls(body);
  else dropNulls(metadata);
  if (body.kind === 'Secret' && body.apiVersion === 'v1') encodeStringData(body);
  return body;
}

/** Members of `metadata` that a manifest has only when it was exported from a cluster. */
const writtenByServer = [
  ...['managedFields', 'uid', 'resourceVersion', 'generation', 'selfLink'],
  ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
];

/** The object under a key, made where there is none. What is no object stays: the API server says so. */
function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  if (isObject(value)) return value;
  const made: JsonObject = {};
  if (value === undefined || value === null) parent[key] = made;
  return made;
}

/**
 * Whether the API server itself defines the kind. In custom resources a null may mean something: a
 * HelmRelease's values take away a default of the chart by one.
 */
function isBuiltIn(apiVersion: JsonValue | undefined): boolean {
  if (typeof apiVersion !== 'string') return false;
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** Mappings of strings, in which the API server reads a null as the empty string. */
const stringMaps = new Set([
  'annotations',
  'binaryData',
  'data',
  'labels',
  'matchLabels',
  'nodeSelector',
  'stringData',
]);

function dropNulls(object: JsonObject, isStringMap = false): void {
  for (const [key, value] of Object.entries(object)) {
    if (value === null) {
      if (isStringMap) setMember(object, key, '');
      else delete object[key];
    } else if (Array.isArray(value)) {
      dropNullsInside(value);
    } else if (isObject(value)) {
      dropNulls(value, stringMaps.has(key));
    }
  }
}

/** Entries of a list are left as they are: another length would be another list. */
function dropNullsInside(list: readonly JsonValue[]): void {
  for (const item of list) {
    if (Array.isArray(item)) dropNullsInside(item);
    else if (isObject(item)) dropNulls(item);
  }
}

function encodeStringData(secret: JsonObject): void {
  const plain = secret.stringData;
  if (!isObject(plain)) return;
  const rejected: JsonObject = {};
  const data = objectAt(secret, 'data');
  for (const [key, value] of Object.entries(plain)) {
    if (typeof value === 'string') setMember(data, key, Buffer.from(value, 'utf8').toString('base64'));
    else setMember(rejected, key, value);
  }
  // what is no string goes on as it is, to be refused in the API server's words
  if (Object.keys(rejected).length > 0) secret.stringData = rejected;
  else delete secret.stringData;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
