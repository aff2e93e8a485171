import {
  canonicalName,
  dockerHubHost,
  type ImageRef,
  parseImageRef,
  registryHost,
  repositoryPath,
  tryParseImageRef,
} from '@fluxctl/shared/images/image-ref';

/** What can be wrong with an image. */
export type ImageFault =
  | { readonly kind: 'no such image' | 'access denied' }
  /** Every container of the image ends like this soon after its start; `reason` is `Error` unless given. */
  | {
      readonly kind: 'crashing';
      readonly exitCode: number;
      readonly lastWords?: string;
      readonly reason?: string;
    };

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
  const full = fullName(parseImageRef(image));
  const resolving = `failed to pull and unpack image "${full}": failed to resolve reference "${full}"`;
  return kind === 'no such image'
    ? `rpc error: code = NotFound desc = ${resolving}: ${full}: not found`
    : `${resolving}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
}

/** `docker.io/library/alpine:latest` for `alpine`. */
function fullName(ref: ImageRef): string {
  const name = canonicalName(ref).replace(dockerHubHost, 'docker.io');
  return ref.sha256 === '' ? `${name}:${ref.tag || 'latest'}` : `${name}@sha256:${ref.sha256}`;
}

/** What the kubelet says of a text that names no image; undefined for all others. */
export function nameError(image: string): string | undefined {
  const ref = tryParseImageRef(image);
  if (ref && /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(ref.path) && /^[\w.-]*$/.test(ref.tag)) return undefined;
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
}

/** What a registry has, as far as a node asks for it. */
export interface ImageSource {
  repositories(): readonly string[];
  tags(repository: string): readonly string[];
}

/**
 * The fault of an image whose repository Docker Hub has, but not its tag. Of repositories that are not
 * there the sandbox assumes the best: their images are stand-ins.
 */
export function missingTag(image: string, dockerHub: ImageSource): ImageFault | undefined {
  const ref = tryParseImageRef(image);
  if (ref?.sha256 !== '' || registryHost(ref) !== dockerHubHost) return undefined;
  const repository = repositoryPath(ref);
  if (!dockerHub.repositories().includes(repository)) return undefined;
  return dockerHub.tags(repository).includes(ref.tag || 'latest') ? undefined : { kind: 'no such image' };
}
