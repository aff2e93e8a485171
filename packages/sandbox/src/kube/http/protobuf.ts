import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';

/** What kubectl's `create` commands send as protobuf, which is their default for built-in kinds. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

/** `k8s` and a zero byte come before every message. */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

type FieldType = 'string' | 'bytes' | 'bool' | 'int' | 'map' | 'bytes map' | Message;
interface Message {
  readonly [number: number]: readonly [name: string, type: FieldType, repeated?: 'repeated'];
}

/** Field numbers of the types' published definitions (`generated.proto` of k8s.io/api). */
const objectMeta: Message = {
  1: ['name', 'string'],
  2: ['generateName', 'string'],
  3: ['namespace', 'string'],
  11: ['labels', 'map'],
  12: ['annotations', 'map'],
  14: ['finalizers', 'string', 'repeated'],
};
const localReference: Message = { 1: ['name', 'string'] };

const messages: Readonly<Record<string, Message>> = {
  'v1/Namespace': {
    1: ['metadata', objectMeta],
    2: ['spec', { 1: ['finalizers', 'string', 'repeated'] }],
  },
  'v1/ConfigMap': {
    1: ['metadata', objectMeta],
    2: ['data', 'map'],
    3: ['binaryData', 'bytes map'],
    4: ['immutable', 'bool'],
  },
  'v1/Secret': {
    1: ['metadata', objectMeta],
    2: ['data', 'bytes map'],
    3: ['type', 'string'],
    4: ['stringData', 'map'],
    5: ['immutable', 'bool'],
  },
  'v1/ServiceAccount': {
    1: ['metadata', objectMeta],
    3: ['imagePullSecrets', localReference, 'repeated'],
    4: ['automountServiceAccountToken', 'bool'],
  },
  'v1/DeleteOptions': {
    1: ['gracePeriodSeconds', 'int'],
    2: ['preconditions', { 1: ['uid', 'string'], 2: ['resourceVersion', 'string'] }],
    3: ['orphanDependents', 'bool'],
    4: ['propagationPolicy', 'string'],
    5: ['dryRun', 'string', 'repeated'],
  },
};

interface WireField {
  readonly number: number;
  readonly value: number | Buffer;
}

/** @throws {RangeError} when the message is cut short */
function* wireFields(message: Buffer): Generator<WireField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint() };
        break;
      case 2: {
        const length = varint();
        if (at + length > message.length) throw new RangeError('unexpected EOF');
        yield { number, value: message.subarray(at, at + length) };
        at += length;
        break;
      }
      default:
        throw new RangeError(`proto: illegal wireType ${tag % 8}`);
    }
  }
}

function readValue(type: FieldType, value: number | Buffer): JsonValue {
  if (typeof value === 'number') return type === 'bool' ? value !== 0 : value;
  if (type === 'bytes') return value.toString('base64');
  if (typeof type === 'string') return value.toString('utf8');
  return readMessage(type, value);
}

function readMessage(message: Message, bytes: Buffer): JsonObject {
  const object: JsonObject = {};
  for (const { number, value } of wireFields(bytes)) {
    const [name, type, repeated] = message[number] ?? [];
    if (name === undefined || type === undefined) continue;
    if ((type === 'map' || type === 'bytes map') && typeof value !== 'number') {
      const entryType = type === 'map' ? 'string' : 'bytes';
      const entry = readMessage({ 1: ['key', 'string'], 2: ['value', entryType] }, value);
      const map = object[name];
      object[name] = {
        ...(typeof map === 'object' && !Array.isArray(map) ? map : {}),
        [String(entry['key'] ?? '')]: entry['value'] ?? '',
      };
    } else if (repeated) {
      const list = object[name];
      object[name] = [...(Array.isArray(list) ? list : []), readValue(type, value)];
    } else object[name] = readValue(type, value);
  }
  return object;
}

/**
 * Reads a protobuf body.
 * @returns undefined for kinds other than the few that kubectl sends so
 * @throws {RangeError} when it is malformed
 */
export function readProtobuf(body: Buffer): JsonObject | undefined {
  if (!body.subarray(0, 4).equals(magic)) throw new RangeError('not a protobuf message of Kubernetes');
  const envelope = readMessage(
    { 1: ['type', { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] }], 2: ['raw', 'bytes'] },
    body.subarray(4),
  );
  const type = envelope['type'] as { apiVersion?: string; kind?: string } | undefined;
  const message = messages[`${type?.apiVersion}/${type?.kind}`];
  if (message === undefined) return undefined;
  const object = readMessage(message, Buffer.from(String(envelope['raw'] ?? ''), 'base64'));
  return { apiVersion: type?.apiVersion ?? '', kind: type?.kind ?? '', ...object };
}
