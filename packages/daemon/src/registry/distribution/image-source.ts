import { formatDuration } from '@fluxctl/shared/duration';
import { MissingError } from '@fluxctl/shared/errors';
import type { Login } from '../credentials/logins.ts';
import { sha256Digest, verifyDigest } from './digest.ts';
import type { Answer } from './exchange.ts';
import {
  type ConfigFacts,
  choosePlatform,
  type Manifest,
  manifestTypes,
  noPlatform,
  type Platform,
  parseConfig,
  parseManifest,
  parseObject,
} from './manifest.ts';
import { ClientTimeoutError, RegistryAnswerError } from './registry-error.ts';
import type { RegistryHost } from './registry-host.ts';
import { readNextPage } from './response-headers.ts';

/** One repository at its registry, with the login that reads it. */
export interface ImageSource {
  readonly host: RegistryHost;
  /**
   * @param etag - of the list that is known
   * @returns undefined: it is still that one
   */
  tags(etag: string, signal: AbortSignal): Promise<TagList | undefined>;
  /** What the tag names now, without its content: costs no quota. Undefined when the host does not tell. */
  digestOf(tag: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Fetches what a tag means.
   * @param known - a digest whose facts are known already ends the fetch
   * @throws {ManifestUnknownError} when there is no manifest
   */
  facts(
    tag: string,
    known: (digest: string) => FetchedTag | undefined,
    signal: AbortSignal,
  ): Promise<FetchedTag>;
}

export interface TagList {
  readonly tags: readonly string[];
  /** Empty: the host gives none, or the list has several pages. */
  readonly etag: string;
}

export type FetchedTag =
  | {
      readonly kind: 'image';
      /** What the tag names: of an index its own digest. */
      readonly tagDigest: string;
      /** Of the manifest for the platform. */
      readonly digest: string;
      readonly imageId: string;
      readonly facts: ConfigFacts;
    }
  | { readonly kind: 'excluded'; readonly tagDigest: string; readonly reason: string };

export interface SourceOptions {
  /** At its host: `library/alpine`. */
  readonly repository: string;
  readonly login: Login | undefined;
  readonly platforms: readonly Platform[];
  /** For a whole tag list, and for one tag; in milliseconds. */
  readonly timeoutMs: number;
}

const mebibyte = 1024 * 1024;
const longestManifest = 4 * mebibyte;
const longestConfig = 8 * mebibyte;
const longestPage = 16 * mebibyte;
const mostTags = 200_000;
const mostPages = 1_000;
const pageSize = 1_000;

export function openImageSource(host: RegistryHost, options: SourceOptions): ImageSource {
  const { repository, login, platforms, timeoutMs } = options;
  const base = `/v2/${repository.split('/').map(encodeURIComponent).join('/')}`;
  const accept = manifestTypes.join(', ');

  const bounded = async <T>(signal: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      return await task(AbortSignal.any([signal, late]));
    } catch (cause) {
      signal.throwIfAborted();
      throw late.aborted ? new ClientTimeoutError(formatDuration(timeoutMs), { cause }) : cause;
    }
  };

  const manifest = async (
    reference: string,
    what: string,
    signal: AbortSignal,
  ): Promise<{ digest: string; manifest: Manifest }> => {
    const path = `${base}/manifests/${encodeURIComponent(reference).replaceAll('%3A', ':')}`;
    const request = { method: 'GET', path, repository, login, longestAnswer: longestManifest, what } as const;
    const { body, header } = await host.send({ ...request, headers: { accept } }, signal);
    const manifest = parseManifest(body, what);
    const told = header('docker-content-digest') ?? '';
    if (reference.includes(':')) verifyDigest(body, reference, what);
    // A signed schema 1 manifest's digest is not that of its bytes.
    else if (told !== '' && manifest.kind !== 'schema1') verifyDigest(body, told, what);
    return { digest: told.startsWith('sha256:') ? told : sha256Digest(body), manifest };
  };

  const config = async (digest: string, what: string, signal: AbortSignal): Promise<ConfigFacts> => {
    const path = `${base}/blobs/${digest}`;
    const request = { method: 'GET', path, repository, login, longestAnswer: longestConfig, what } as const;
    const { body } = await host.send(request, signal);
    verifyDigest(body, digest, what);
    return parseConfig(body, what);
  };

  return {
    host,
    tags: (etag, outer) =>
      bounded(outer, async (signal) => {
        const what = `the tags of ${repository}`;
        const first = `${base}/tags/list?n=${pageSize}`;
        const request = { method: 'GET', repository, login, longestAnswer: longestPage, what } as const;
        const conditions: Record<string, string> = etag === '' ? {} : { 'if-none-match': etag };
        const tags = new Set<string>();
        const seen = new Set<string>();
        let pages = 0;
        let firstTag = '';
        for (let path: string | undefined = first; path !== undefined; pages += 1) {
          if (seen.has(path) || pages >= mostPages) {
            throw new RegistryAnswerError(`the list of ${what} leads in a circle`);
          }
          seen.add(path);
          const answer: Answer = await host.send(
            { ...request, path, headers: pages === 0 ? conditions : {} },
            signal,
          );
          if (answer.status === 304) return undefined;
          for (const tag of tagsOf(answer.body, what)) tags.add(tag);
          if (tags.size > mostTags) throw new RegistryAnswerError(`${what} are more than ${mostTags}`);
          if (pages === 0) firstTag = answer.header('etag') ?? '';
          path = readNextPage(answer);
        }
        return { tags: [...tags], etag: pages === 1 ? firstTag : '' };
      }),

    digestOf: (tag, outer) =>
      bounded(outer, async (signal) => {
        const what = `the state of ${repository}:${tag}`;
        const path = `${base}/manifests/${encodeURIComponent(tag)}`;
        const request = {
          method: 'HEAD',
          path,
          repository,
          login,
          longestAnswer: longestManifest,
          what,
        } as const;
        const { header } = await host.send({ ...request, headers: { accept } }, signal);
        const digest = header('docker-content-digest') ?? '';
        return digest.startsWith('sha256:') ? digest : undefined;
      }),

    facts: (tag, known, outer) =>
      bounded(outer, async (signal) => {
        const what = `the manifest of ${repository}:${tag}`;
        const top = await manifest(tag, what, signal);
        const remembered = known(top.digest);
        if (remembered) return remembered;
        let image = top;
        if (top.manifest.kind === 'index') {
          const chosen = choosePlatform(top.manifest, platforms);
          const excluded = {
            kind: 'excluded',
            tagDigest: top.digest,
            reason: noPlatform(platforms),
          } as const;
          if (chosen === undefined) return excluded;
          image = { ...(await manifest(chosen, what, signal)), digest: chosen };
        }
        const tagDigest = top.digest;
        const { digest } = image;
        switch (image.manifest.kind) {
          case 'schema1': {
            const { facts } = image.manifest;
            return { kind: 'image', tagDigest, digest, imageId: facts.imageId, facts };
          }
          case 'image': {
            const imageId = image.manifest.config;
            const facts = await config(imageId, `the image configuration of ${repository}:${tag}`, signal);
            return { kind: 'image', tagDigest, digest, imageId, facts };
          }
          case 'index':
            return { kind: 'excluded', tagDigest, reason: 'its index names an index, and no image' };
          default:
            return image.manifest satisfies never;
        }
      }),
  };
}

/** @throws {MissingError} in Flux v1's words, when there is an empty one */
function tagsOf(body: Buffer, what: string): string[] {
  const { tags } = parseObject(body, what);
  // A repository that lost all its images answers with null.
  if (tags === null || tags === undefined) return [];
  if (!Array.isArray(tags)) throw new RegistryAnswerError(`${what} came as JSON of another shape`);
  return tags.map((tag: unknown) => {
    if (typeof tag !== 'string') throw new RegistryAnswerError(`${what} came as JSON of another shape`);
    if (tag === '') throw new MissingError('empty tag in fetched tags');
    if (!/^[!-~]{1,256}$/.test(tag)) throw new RegistryAnswerError(`${what} hold one that is none`);
    return tag;
  });
}
