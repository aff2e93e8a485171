import { expect, it } from 'vitest';
import { buildSchema1Image } from './build-schema1-image.ts';
import { digestOf } from './digest.ts';
import { signedPayload } from './signed-payload.ts';

it('is the manifest without its signatures', () => {
  const { top } = buildSchema1Image('team/app', '1', { labels: { umlaut: 'ü' } });
  const payload = signedPayload(top.bytes);
  expect(digestOf(payload ?? Buffer.alloc(0))).toBe(top.digest);
  const { signatures: _, ...rest } = JSON.parse(top.bytes.toString()) as Record<string, unknown>;
  expect(JSON.parse(payload?.toString() ?? '')).toEqual(rest);
});

it.each(['', '{}', '{"signatures":[]}', '{"signatures":[{"protected":"bm8"}]}'])(
  'is not there in %j',
  (text) => {
    expect(signedPayload(Buffer.from(text))).toBeUndefined();
  },
);
