import { UserError } from '../errors.ts';

/**
 * An image reference as Flux v1 reads it. `alpine` and `docker.io/library/alpine` mean the same, yet
 * each goes back to its file as it was written: the parts are those of the text, and meaning is asked
 * of `canonicalName` and its neighbours.
 */
export interface ImageRef extends ImageName {
  /** Empty when there is none. */
  readonly tag: string;
  /** The hex digits of a sha256 digest; empty when there is none. A tag may stand beside it. */
  readonly sha256: string;
}

/** An image repository. */
export interface ImageName {
  /** `quay.io`, `localhost:5000`; empty when the text names none. */
  readonly domain: string;
  /** `org/app`. */
  readonly path: string;
}

const malformed = 'expected image name as either <image>:<tag> or just <image>: invalid image ID';
const digestMark = '@sha256:';

/** Where Docker Hub answers; `docker.io` and no domain at all mean this host. */
export const dockerHubHost = 'index.docker.io';

/** With a `/` behind it, such a first part is a domain. Not anchored: `mylocalhost` is one too. */
const domainLike = /localhost|[a-zA-Z0-9]\.[a-zA-Z0-9]/;

/**
 * @throws {UserError} in Flux v1's words, ending in `invalid image ID`
 */
export function parseImageRef(text: string): ImageRef {
  const reject = () => new UserError(`parsing ${JSON.stringify(text)}: ${malformed}`);
  if (text === '') throw new UserError('parsing "": blank image name: invalid image ID');
  if (text.startsWith('/') || text.endsWith('/')) throw reject();

  const { domain, rest } = splitDomain(text);
  const at = rest.indexOf(digestMark);
  const sha256 = at < 0 ? '' : rest.slice(at + digestMark.length);
  const tagged = at < 0 ? rest : rest.slice(0, at);
  if (at >= 0 && (tagged === '' || sha256 === '')) throw reject();

  const [path = '', tag, ...more] = tagged.split(':');
  if (more.length > 0) throw new UserError(malformed);
  if (path === '' || tag === '') throw reject();
  return { domain, path, tag: tag ?? '', sha256 };
}

/** The reference, or undefined where the text is none: what git holds need not be right. */
export function tryParseImageRef(text: string): ImageRef | undefined {
  try {
    return parseImageRef(text);
  } catch {
    return undefined;
  }
}

function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/');
  if (slash < 0) return { domain: '', rest: text };
  const first = text.slice(0, slash);
  const severalSlashes = text.includes('/', slash + 1);
  if (!severalSlashes && !domainLike.test(first)) return { domain: '', rest: text };
  return { domain: first, rest: text.slice(slash + 1) };
}

/** `[domain/]path`, as written. */
export function printImageName(name: ImageName): string {
  return name.domain === '' ? name.path : `${name.domain}/${name.path}`;
}

/**
 * As Flux v1 prints it, in its API and its messages: a tag beside a digest is left out.
 * For a file, see `writeImageRef`.
 */
export function printImageRef(ref: ImageRef): string {
  if (ref.sha256 !== '') return `${printImageName(ref)}${digestMark}${ref.sha256}`;
  return ref.tag === '' ? printImageName(ref) : `${printImageName(ref)}:${ref.tag}`;
}

/** All that was parsed, so that `writeImageRef(parseImageRef(text))` is `text`. */
export function writeImageRef(ref: ImageRef): string {
  const tag = ref.tag === '' ? '' : `:${ref.tag}`;
  const digest = ref.sha256 === '' ? '' : `${digestMark}${ref.sha256}`;
  return `${printImageName(ref)}${tag}${digest}`;
}

/** The host that serves the repository. */
export function registryHost(name: ImageName): string {
  return name.domain === '' || name.domain === 'docker.io' ? dockerHubHost : name.domain;
}

/** The repository's name at its host: Docker Hub's own images live under `library/`. */
export function repositoryPath(name: ImageName): string {
  const official = registryHost(name) === dockerHubHost && !name.path.includes('/');
  return official ? `library/${name.path}` : name.path;
}

/** `index.docker.io/library/alpine`: equal for all spellings of one repository. */
export function canonicalName(name: ImageName): string {
  return `${registryHost(name)}/${repositoryPath(name)}`;
}

/** The canonical name and the tag; the digest is not part of it, as in Flux v1. */
export function canonicalRef(ref: ImageRef): string {
  return ref.tag === '' ? canonicalName(ref) : `${canonicalName(ref)}:${ref.tag}`;
}

/** The same image under another tag. A digest stays, as in Flux v1, and goes on naming the old image. */
export function withTag(ref: ImageRef, tag: string): ImageRef {
  return { ...ref, tag };
}

/** What a release is asked to take: the newest image of each repository. */
export const allLatest = '<all latest>';

/**
 * Reads `--update-image`: `<all latest>`, or a reference with a tag, which is given back as Flux v1
 * prints it.
 * @throws {UserError} ending in `invalid image ID`
 */
export function parseImageSpec(text: string): string {
  if (text === allLatest) return allLatest;
  const ref = parseImageRef(text);
  if (ref.tag === '') {
    throw new UserError('blank tag (if you want latest, explicitly state the tag :latest): invalid image ID');
  }
  return printImageRef(ref);
}
