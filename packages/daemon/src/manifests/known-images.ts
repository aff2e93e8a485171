import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { Manifest } from './manifest.ts';
import type { NamedImage } from './named-image.ts';
import type { StringPool } from './string-pool.ts';
import { isWorkloadKind, workloadImages } from './workload-images.ts';

/** The images of manifests for which somebody has asked. They are forgotten with the manifest. */
export class KnownImages {
  readonly #pool: StringPool;
  readonly #known = new WeakMap<Manifest, readonly NamedImage[] | undefined>();

  constructor(pool: StringPool) {
    this.#pool = pool;
  }

  /** @param body - parses it; it is needed once */
  async of(manifest: Manifest, body: () => Promise<JsonObject>): Promise<readonly NamedImage[] | undefined> {
    if (!isWorkloadKind(manifest.kind)) return undefined;
    if (this.#known.has(manifest)) return this.#known.get(manifest);
    const images = workloadImages(await body())?.map((one) => this.#lean(one));
    this.#known.set(manifest, images);
    return images;
  }

  /** A part of the file's text would keep all of it. */
  #lean({ name, image }: NamedImage): NamedImage {
    const shared = (text: string) => this.#pool.shared(text);
    const { domain, path, tag, sha256 } = image;
    return {
      name: shared(name),
      image: { domain: shared(domain), path: shared(path), tag: shared(tag), sha256: shared(sha256) },
    };
  }
}
