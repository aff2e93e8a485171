import { errorMessage } from '@fluxctl/shared/errors';
import { type ImageRef, parseImageRef, printImageName } from '@fluxctl/shared/images/image-ref';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import type { FieldPath } from './field-path.ts';
import type { NamedImage } from './named-image.ts';

/**
 * An image among a HelmRelease's values, which is written in one scalar, or in two or three. Paths start
 * at the object.
 */
export interface ValuesImage {
  /** What counts as the container's name. */
  readonly name: string;
  /** Undefined where the parts make no reference; `problem` says why. Such an image counts as none. */
  readonly image: ImageRef | undefined;
  readonly problem: string;
  /** Where all of the reference is written that has no place of its own below. */
  readonly repository: FieldPath;
  readonly registry: FieldPath | undefined;
  readonly tag: FieldPath | undefined;
  /** A digest beside it, which charts prefer to the tag, and Flux v1 knows nothing of. */
  readonly digest: FieldPath | undefined;
}

/** What the image at the top of the values is called. */
const chartImage = 'chart-image';

/**
 * The images that a HelmRelease's values name, in the layouts that Flux v1 knows: at the top of
 * `spec.values` (`chart-image`, told first), in a map right under it (named by its key), or where
 * annotations `repository.fluxcd.io/NAME` and its like say. In order of name.
 */
export function helmReleaseImages(
  values: JsonObject,
  annotations: Readonly<Record<string, string>>,
): NamedImage[] {
  return valuesImages(values, annotations).flatMap(({ name, image }) => (image ? [{ name, image }] : []));
}

/** As `helmReleaseImages`, with the places; and with those whose parts make no reference. */
export function valuesImages(
  values: JsonObject,
  annotations: Readonly<Record<string, string>>,
): ValuesImage[] {
  const found = new Map<string, ValuesImage>();
  for (const [key, holder] of Object.entries(values)) {
    const image = isObject(holder) ? imageIn(key, holder, [...valuesPath, key]) : undefined;
    if (image) found.set(key, image);
  }
  const top = imageIn(chartImage, values, valuesPath);
  if (top && !found.get(chartImage)?.image) found.set(chartImage, top);
  for (const alias of aliasedImages(values, annotations)) {
    // an alias that leads nowhere is void: what is found without it counts
    if (alias.image || !found.get(alias.name)?.image) found.set(alias.name, alias);
  }
  return [...found.values()].toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

const valuesPath: FieldPath = ['spec', 'values'];

function rank({ name }: ValuesImage): number {
  return name === chartImage ? 0 : 1;
}

function imageIn(name: string, holder: JsonObject, path: FieldPath): ValuesImage | undefined {
  const { image } = holder;
  if (typeof image === 'string') return compose(name, holder, path, 'image');
  if (!isObject(image) || typeof image['repository'] !== 'string') return undefined;
  return compose(name, image, [...path, 'image'], 'repository');
}

/**
 * `[registry/]repository[:tag]`. A registry or a tag that is no text counts as absent when it is read, as
 * in Flux v1, and is written nevertheless: `tag: 1.10` is meant to be one.
 */
function compose(name: string, holder: JsonObject, path: FieldPath, key: string): ValuesImage {
  const { registry, tag, digest } = holder;
  const place = (part: string) =>
    Object.hasOwn(holder, part) && isScalar(holder[part]) ? [...path, part] : undefined;
  return {
    name,
    ...reference(textOrNone(registry), String(holder[key]), textOrNone(tag)),
    repository: [...path, key],
    registry: typeof registry === 'string' ? place('registry') : undefined,
    tag: place('tag'),
    digest: typeof digest === 'string' && digest !== '' ? place('digest') : undefined,
  };
}

function textOrNone(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function reference(
  registry: string | undefined,
  repository: string,
  tag: string | undefined,
): Pick<ValuesImage, 'image' | 'problem'> {
  const text = `${registry === undefined ? '' : `${registry}/`}${repository}${tag === undefined ? '' : `:${tag}`}`;
  try {
    return { image: parseImageRef(text), problem: '' };
  } catch (error) {
    return { image: undefined, problem: errorMessage(error) };
  }
}

const repositoryPrefix = 'repository.fluxcd.io/';

function* aliasedImages(
  values: JsonObject,
  annotations: Readonly<Record<string, string>>,
): Generator<ValuesImage> {
  for (const [key, path] of Object.entries(annotations)) {
    if (!key.startsWith(repositoryPrefix)) continue;
    const name = key.slice(repositoryPrefix.length);
    const written = [path, annotations[`registry.fluxcd.io/${name}`], annotations[`tag.fluxcd.io/${name}`]];
    const [repository, registry, tag] = written.map((each) => each?.split('.'));
    if (!repository) continue;
    const lost = [repository, registry, tag].flatMap((each) =>
      each && typeof valueAt(values, each) !== 'string' ? [each.join('.')] : [],
    );
    const text = (at: readonly string[] | undefined) => (at ? textOrNone(valueAt(values, at)) : undefined);
    yield {
      name,
      ...(lost.length > 0
        ? { image: undefined, problem: ['unable to resolve path(s):', ...lost].join('\n') }
        : reference(text(registry), text(repository) ?? '', text(tag))),
      repository: [...valuesPath, ...repository],
      registry: registry && [...valuesPath, ...registry],
      tag: tag && [...valuesPath, ...tag],
      digest: undefined,
    };
  }
}

/**
 * What is to be written where, so that the values name another image. Parts that stay what they are, are
 * left as they are written: `quay.io/org` and `app` are not cut anew for another tag.
 * @throws {RangeError} where the layout has no room for it; the message tells why
 */
export function valuesOf(
  place: ValuesImage,
  next: ImageRef,
  values: (at: FieldPath) => unknown,
): Map<FieldPath, string> {
  const written = new Map<FieldPath, string>();
  const digest = next.sha256 === '' ? '' : `@sha256:${next.sha256}`;
  const version = `${next.tag}${digest}`;
  let name = printImageName(next);
  if (place.registry) {
    const known = place.image && printImageName(place.image) === name;
    const registry = String(values(place.registry));
    if (known && name.startsWith(`${registry}/`)) {
      name = name.slice(registry.length + 1);
    } else if (next.domain === '') {
      throw new RangeError(
        `${name} names no registry, and ${place.registry.join('.')} is written on its own`,
      );
    } else {
      written.set(place.registry, next.domain);
      name = next.path;
    }
  }
  if (!place.tag) {
    written.set(place.repository, `${name}${next.tag === '' ? '' : `:${next.tag}`}${digest}`);
    return written;
  }
  if (next.tag === '') {
    throw new RangeError(`${name}${digest} has no tag, and ${place.tag.join('.')} is written on its own`);
  }
  written.set(place.repository, name);
  written.set(place.tag, version);
  return written;
}

function valueAt(values: JsonObject, path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = values;
  for (const key of path) {
    if (!isObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

function isScalar(value: JsonValue | undefined): boolean {
  return typeof value !== 'object' || value === null;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
