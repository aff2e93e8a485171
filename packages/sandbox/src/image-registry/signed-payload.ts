/**
 * What of a manifest of schema 1 is signed, and has the digest: all but the signatures.
 * @returns undefined when there are none
 * @see https://distribution.github.io/distribution/spec/deprecated-schema-v1/
 */
export function signedPayload(bytes: Buffer): Buffer | undefined {
  try {
    const { signatures } = JSON.parse(bytes.toString()) as { signatures: { protected: string }[] };
    const place = Buffer.from(signatures[0]?.protected ?? '', 'base64url').toString();
    const { formatLength, formatTail } = JSON.parse(place) as { formatLength: number; formatTail: string };
    return Buffer.concat([bytes.subarray(0, formatLength), Buffer.from(formatTail, 'base64url')]);
  } catch {
    return undefined; // no JSON, or nothing of the kind in it
  }
}
