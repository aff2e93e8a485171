import { expect, it } from 'vitest';
import { readProtobuf } from './protobuf.ts';

/** A field with a length: tag, length, bytes. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

function message(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const type = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, raw)]);
}

it('reads a namespace as kubectl sends it', () => {
  const label = Buffer.concat([field(1, 'a'), field(2, 'b')]);
  const metadata = Buffer.concat([field(1, 'flux'), field(11, label)]);
  expect(readProtobuf(message('v1', 'Namespace', field(1, metadata)))).toEqual({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'flux', labels: { a: 'b' } },
  });
});

it('reads the bytes of a secret', () => {
  const entry = Buffer.concat([field(1, 'k'), field(2, Buffer.from([0, 255]))]);
  const raw = Buffer.concat([field(1, field(1, 's')), field(2, entry)]);
  expect(readProtobuf(message('v1', 'Secret', raw))).toMatchObject({ data: { k: 'AP8=' } });
});

it('does not know every kind', () => {
  expect(readProtobuf(message('apps/v1', 'Deployment', Buffer.alloc(0)))).toBeUndefined();
});

it('notices what is cut short', () => {
  expect(() => readProtobuf(message('v1', 'Namespace', Buffer.alloc(3)).subarray(0, -2))).toThrow(RangeError);
});
