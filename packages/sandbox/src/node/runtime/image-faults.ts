import { canonicalName, parseImageRef } from '@fluxctl/shared/images/image-ref';

/** What can be wrong with an image. */
export type ImageFault =
  | { readonly kind: 'no such image' | 'access denied' }
  /** Every container of the image ends like this soon after its start. */
  | { readonly kind: 'crashing'; readonly exitCode: number; readonly lastWords?: string };

/** Faults by image, set and taken away by tests. */
export class ImageFaults {
  readonly #faults = new Map<string, ImageFault>();

  /** @param image - one tag of a repository, or without a tag all of them. @returns takes it away */
  set(image: string, fault: ImageFault): () => void {
    const key = keyOf(image);
    this.#faults.set(key, fault);
    return () => {
      if (this.#faults.get(key) === fault) this.#faults.delete(key);
    };
  }

  of(image: string): ImageFault | undefined {
    return this.#faults.get(keyOf(image)) ?? this.#faults.get(canonicalName(parseImageRef(image)));
  }
}

function keyOf(image: string): string {
  const ref = parseImageRef(image);
  return ref.tag === '' ? canonicalName(ref) : `${canonicalName(ref)}:${ref.tag}`;
}

/** Why an image could not be pulled, in the words of a container runtime. */
export function pullError(image: string, kind: 'no such image' | 'access denied'): string {
  const name = canonicalName(parseImageRef(image)).replace(/^index\./, '');
  return kind === 'no such image'
    ? `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`
    : `failed to pull and unpack image "${image}": failed to resolve reference "${image}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed for ${name}`;
}
