import { generateKeyPairSync, sign } from 'node:crypto';
import { type BuiltImage, emptyLayer } from './build-image.ts';
import { digestOf } from './digest.ts';
import { schema1Type } from './media-types.ts';

export interface Schema1Spec {
  /** RFC 3339, kept as it is written. */
  readonly created?: string;
  /** `config.Labels`. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What the signature leaves out: the end of the document, before which it is put. */
const tail = '\n}';

/**
 * An image whose facts stand in its manifest, signed by a key made for it. Its digest is that of what was
 * signed, not of all bytes; its `imageId` is that of the newest layer.
 * @see https://distribution.github.io/distribution/spec/deprecated-schema-v1/
 */
export function buildSchema1Image(repository: string, tag: string, spec: Schema1Spec = {}): BuiltImage {
  const { created, labels } = spec;
  const id = digestOf(Buffer.from(`${repository}:${tag} ${created}`)).slice('sha256:'.length);
  const v1 = {
    id,
    ...(created !== undefined && { created }),
    config: { Cmd: ['/hello'], ...(labels && { Labels: labels }) },
    architecture: 'amd64',
    os: 'linux',
  };
  const payload = JSON.stringify(
    {
      schemaVersion: 1,
      name: repository,
      tag,
      architecture: 'amd64',
      fsLayers: [{ blobSum: emptyLayer.digest }],
      history: [{ v1Compatibility: JSON.stringify(v1) }],
    },
    undefined,
    3,
  );
  const signatures = JSON.stringify([signatureOf(payload)], undefined, 3).replaceAll('\n', '\n   ');
  const bytes = Buffer.from(`${payload.slice(0, -tail.length)},\n   "signatures": ${signatures}${tail}`);
  const top = { digest: digestOf(Buffer.from(payload)), type: schema1Type, bytes };
  return {
    blobs: [emptyLayer],
    manifests: [top],
    top,
    platforms: { 'linux/amd64': { digest: top.digest, imageId: id } },
  };
}

/** As JSON Web Signatures have it, with where the signature was put in. */
function signatureOf(payload: string): unknown {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const protectedPart = base64url(
    JSON.stringify({
      formatLength: Buffer.byteLength(payload) - tail.length,
      formatTail: base64url(tail),
      time: '2015-01-01T00:00:00Z',
    }),
  );
  const signed = Buffer.from(`${protectedPart}.${base64url(payload)}`);
  return {
    header: { jwk: { kty, crv, x, y }, alg: 'ES256' },
    signature: sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
    protected: protectedPart,
  };
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
