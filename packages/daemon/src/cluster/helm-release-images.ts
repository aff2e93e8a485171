import { type ImageRef, tryParseImageRef } from '@fluxctl/shared/images/image-ref';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';

export interface NamedImage {
  readonly name: string;
  readonly image: ImageRef;
}

/** What the image at the top of the values is called. */
export const chartImage = 'chart-image';

/**
 * The images that a HelmRelease's values name, in the layouts that Flux v1 knows: at the top of
 * `spec.values` (`chart-image`, told first), in a map right under it (named by its key), or where
 * annotations `repository.fluxcd.io/NAME` and its like say. In order of name.
 */
export function helmReleaseImages(
  values: JsonObject,
  annotations: Readonly<Record<string, string>>,
): NamedImage[] {
  const found = new Map<string, ImageRef>();
  for (const key of Object.keys(values).toSorted()) {
    const holder = values[key];
    const image = isObject(holder) ? imageIn(holder) : undefined;
    if (image) found.set(key, image);
  }
  const top = imageIn(values);
  if (top && !found.has(chartImage)) found.set(chartImage, top);
  for (const [alias, image] of aliasedImages(values, annotations)) found.set(alias, image);
  const names = [...found.keys()].toSorted();
  const ordered = [
    ...names.filter((name) => name === chartImage),
    ...names.filter((name) => name !== chartImage),
  ];
  return ordered.map((name) => ({ name, image: found.get(name) as ImageRef }));
}

function imageIn(holder: JsonObject): ImageRef | undefined {
  const { image } = holder;
  if (typeof image === 'string') return compose(holder, image);
  if (!isObject(image)) return undefined;
  const { repository } = image;
  return typeof repository === 'string' ? compose(image, repository) : undefined;
}

/** `[registry/]repository[:tag]`; what is no text counts as absent, as in Flux v1. */
function compose(holder: JsonObject, repository: string): ImageRef | undefined {
  const { registry, tag } = holder;
  const before = typeof registry === 'string' ? `${registry}/` : '';
  const behind = typeof tag === 'string' ? `:${tag}` : '';
  return tryParseImageRef(`${before}${repository}${behind}`);
}

const repositoryPrefix = 'repository.fluxcd.io/';

function* aliasedImages(
  values: JsonObject,
  annotations: Readonly<Record<string, string>>,
): Generator<[alias: string, image: ImageRef]> {
  for (const [key, path] of Object.entries(annotations)) {
    if (!key.startsWith(repositoryPrefix)) continue;
    const alias = key.slice(repositoryPrefix.length);
    const part = (prefix: string): JsonValue | undefined | null => {
      const at = annotations[prefix + alias];
      return at === undefined ? null : valueAt(values, at);
    };
    const repository = valueAt(values, path);
    const registry = part('registry.fluxcd.io/');
    const tag = part('tag.fluxcd.io/');
    // A path that leads to no text makes the whole alias void.
    if (![repository, registry ?? '', tag ?? ''].every((value) => typeof value === 'string')) continue;
    if (registry === undefined || tag === undefined) continue;
    const text = `${registry === null ? '' : `${String(registry)}/`}${String(repository)}${tag === null ? '' : `:${String(tag)}`}`;
    const image = tryParseImageRef(text);
    if (image) yield [alias, image];
  }
}

function valueAt(values: JsonObject, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = values;
  for (const key of path.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
