import { randomBytes } from 'node:crypto';
import { type Answer, emptyAnswer } from './answer.ts';
import { bytesAnswer } from './bytes-answer.ts';

const goodForMs = 60_000;

/** Blobs under signed addresses of another host, which wants no other credentials, as object stores have it. */
export class StorageLinks {
  readonly #links = new Map<
    string,
    { readonly digest: string; readonly bytes: Buffer; readonly ends: number }
  >();
  readonly #baseUrl: () => string;

  /** @param baseUrl - of the other host, `http://localhost:5001` */
  constructor(baseUrl: () => string) {
    this.#baseUrl = baseUrl;
  }

  /** @param now - milliseconds since 1970 */
  create(digest: string, bytes: Buffer, now: number): string {
    const signature = randomBytes(16).toString('hex');
    this.#links.set(signature, { digest, bytes, ends: now + goodForMs });
    return `${this.#baseUrl()}/storage/${digest}?signature=${signature}`;
  }

  /** What the other host answers: an error to one that shows credentials besides the signature. */
  answer(query: URLSearchParams, headers: Readonly<Record<string, string | undefined>>, now: number): Answer {
    const found = this.#links.get(query.get('signature') ?? '');
    if (!found || found.ends <= now) return refusal(403, 'AccessDenied');
    if (headers['authorization'] !== undefined) return refusal(400, 'InvalidArgument');
    return bytesAnswer(found.bytes, found.digest, headers['range']);
  }
}

function refusal(status: number, code: string): Answer {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>\n`);
  return { ...emptyAnswer(status, { 'content-type': 'application/xml' }), body };
}
