import { formatDuration } from '@fluxctl/shared/duration';
import { createBreather } from '../../waiting/breather.ts';
import type { Login } from '../credentials/logins.ts';
import { choosePlatform, noPlatform } from './choose-platform.ts';
import { sha256Digest, verifyDigest } from './digest.ts';
import type { Answer } from './exchange.ts';
import {
  type ConfigFacts,
  type Manifest,
  manifestTypes,
  type Platform,
  parseConfig,
  parseManifest,
} from './manifest.ts';
import { ClientTimeoutError, RegistryAnswerError } from './registry-error.ts';
import type { RegistryHost } from './registry-host.ts';
import { readNextPage } from './response-headers.ts';
import { collectTags, type TagList } from './tag-list.ts';
import { withinTime } from './within-time.ts';

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

interface Fetched {
  readonly digest: string;
  readonly manifest: Manifest;
}

interface FetchedImage extends Fetched {
  readonly manifest: Exclude<Manifest, { readonly kind: 'index' }>;
}

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
const longestConfig = 4 * mebibyte;
const longestPage = 8 * mebibyte;
const mostPages = 1_000;
const pageSize = 1_000;
const deepestIndex = 3;
/** Of the indexes in an index that do not say what they are for. */
const mostIndexes = 4;

export function openImageSource(host: RegistryHost, options: SourceOptions): ImageSource {
  const { repository, login, platforms, timeoutMs } = options;
  const base = `/v2/${repository.split('/').map(encodeURIComponent).join('/')}`;
  const accept = manifestTypes.join(', ');

  const bounded = <T>(signal: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withinTime(
      timeoutMs,
      signal,
      task,
      (cause) => new ClientTimeoutError(formatDuration(timeoutMs), { cause }),
    );

  const manifest = async (reference: string, what: string, signal: AbortSignal): Promise<Fetched> => {
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

  /** The image for the platform, itself or in an index; undefined when there is none. */
  const imageIn = async (
    { digest, manifest: found }: Fetched,
    what: string,
    depth: number,
    signal: AbortSignal,
  ): Promise<FetchedImage | undefined> => {
    if (found.kind !== 'index') return { digest, manifest: found };
    if (depth === 0)
      throw new RegistryAnswerError(`${what} is an index in an index, more than ${deepestIndex} deep`);
    const chosen = choosePlatform(found.entries, platforms);
    const unnamed = found.entries.filter(({ isIndex, platform }) => isIndex && platform.os === '');
    const candidates =
      chosen === undefined ? unnamed.slice(0, mostIndexes).map(({ digest }) => digest) : [chosen];
    for (const candidate of candidates) {
      const inner = { ...(await manifest(candidate, what, signal)), digest: candidate };
      const image = await imageIn(inner, what, depth - 1, signal);
      if (image) return image;
    }
    return undefined;
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
        const list = collectTags(what);
        const breathe = createBreather();
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
          await list.add(answer.body, breathe);
          if (pages === 0) firstTag = answer.header('etag') ?? '';
          path = readNextPage(answer);
        }
        const { tags, problem } = list;
        return { tags, problem, etag: pages === 1 ? firstTag : '' };
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
        try {
          const { header } = await host.send({ ...request, headers: { accept } }, signal);
          const digest = header('docker-content-digest') ?? '';
          return digest.startsWith('sha256:') ? digest : undefined;
        } catch (error) {
          // A host that does not know HEAD is asked in full.
          if (error instanceof RegistryAnswerError) return undefined;
          throw error;
        }
      }),

    facts: (tag, known, outer) =>
      bounded(outer, async (signal) => {
        const what = `the manifest of ${repository}:${tag}`;
        const top = await manifest(tag, what, signal);
        const remembered = known(top.digest);
        if (remembered) return remembered;
        const image = await imageIn(top, what, deepestIndex, signal);
        if (!image) return { kind: 'excluded', tagDigest: top.digest, reason: noPlatform(platforms) };
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
          default:
            return image.manifest satisfies never;
        }
      }),
  };
}
