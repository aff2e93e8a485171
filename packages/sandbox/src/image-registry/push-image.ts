import type { BuiltImage } from './build-image.ts';

export interface PushOptions {
  /** `Authorization` header; none by default. */
  readonly authorization?: string;
  /** Sends blobs in chunks of so many bytes; in one piece by default. */
  readonly chunkSize?: number;
  readonly signal?: AbortSignal;
}

/**
 * Pushes an image over the distribution API as clients do: blobs that are not there, manifests, the tag.
 * @param url - of the registry, `http://127.0.0.1:5000`
 * @throws {Error} with what the registry answered
 */
export async function pushImage(
  url: string,
  repository: string,
  tag: string,
  image: BuiltImage,
  options: PushOptions = {},
): Promise<void> {
  const send = (method: string, target: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (options.authorization) headers.set('authorization', options.authorization);
    const { signal = null } = options;
    return fetch(new URL(target, url), { ...init, method, headers, signal });
  };
  const must = async (
    method: string,
    target: string,
    status: number,
    init?: RequestInit,
  ): Promise<Response> => {
    const response = await send(method, target, init);
    const text = await response.text();
    if (response.status !== status) throw new Error(`${method} ${target}: ${response.status} ${text}`);
    return response;
  };

  for (const { digest, bytes } of image.blobs) {
    const known = await send('HEAD', `/v2/${repository}/blobs/${digest}`);
    if (known.status === 200) continue;
    let { headers } = await must('POST', `/v2/${repository}/blobs/uploads/`, 202);
    const chunkSize = options.chunkSize ?? 0;
    for (let start = 0; chunkSize > 0 && start < bytes.length; start += chunkSize) {
      const chunk = bytes.subarray(start, start + chunkSize);
      const range = `${start}-${start + chunk.length - 1}`;
      const chunkHeaders = { 'content-type': 'application/octet-stream', 'content-range': range };
      const init = { headers: chunkHeaders, body: new Uint8Array(chunk) };
      ({ headers } = await must('PATCH', locationOf(headers), 202, init));
    }
    const end = new URL(locationOf(headers), url);
    end.searchParams.set('digest', digest);
    const rest = chunkSize > 0 ? new Uint8Array() : new Uint8Array(bytes);
    const type = { 'content-type': 'application/octet-stream' };
    await must('PUT', end.href, 201, { headers: type, body: rest });
  }
  for (const { digest, type, bytes } of image.manifests) {
    const init = { headers: { 'content-type': type }, body: new Uint8Array(bytes) };
    const reference = digest === image.top.digest ? tag : digest;
    await must('PUT', `/v2/${repository}/manifests/${reference}`, 201, init);
  }
}

function locationOf(headers: Headers): string {
  const location = headers.get('location');
  if (location === null) throw new Error('an upload without a location');
  return location;
}
