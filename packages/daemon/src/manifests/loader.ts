import { setImmediate } from 'node:timers/promises';
import { ServerError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { BlobId, TreeEntry, TreeReader } from '../git/repository.ts';
import { createBreather } from '../waiting/breather.ts';
import { BlobStore } from './blob-store.ts';
import { BodyReader } from './body-reader.ts';
import { setApartDuplicates } from './duplicates.ts';
import { KnownImages } from './known-images.ts';
import {
  type LocatedFile,
  type LocatedManifest,
  locateFile,
  moveFile,
  problemsOf,
  tooLargeFile,
} from './located-file.ts';
import type { LoadedManifests, Manifest, ManifestLoader, ParsedListener } from './manifest.ts';
import type { Facts } from './object-facts.ts';
import { ParseCache } from './parse-cache.ts';
import { readFile } from './read-file.ts';
import { RepositoryTree } from './repository-tree.ts';
import { selectFiles } from './select-files.ts';
import { StringPool } from './string-pool.ts';
import { createYamlEncoder } from './yaml/encode.ts';
import type { YamlMap } from './yaml/node.ts';
import { objectOf } from './yaml/to-json.ts';

/** Characters that are parsed in one go, a few milliseconds' worth; then others get their turn. */
const charactersPerTurn = 64 * 1024;
/** The bodies of a larger file, in bytes, are not held until it is read to its end. */
const mostShown = 256 * 1024;

/**
 * Loads the manifests of a repository at any revision. What is unreadable costs only itself; see
 * `LoadedManifests.problems`.
 */
export function createManifestLoader({ reader }: { readonly reader: TreeReader }): ManifestLoader {
  const cache = new ParseCache();
  const blobs = new BlobStore(reader);
  const bodies = new BodyReader();
  const tools = { pool: new StringPool(), encoder: createYamlEncoder() };
  const images = new KnownImages(tools.pool);

  async function parseNew(
    files: readonly TreeEntry[],
    signal: AbortSignal,
    onParsed: ParsedListener | undefined,
  ): Promise<void> {
    const wanted = new Map(
      files.filter(({ blob }) => !cache.has(blob)).map(({ blob, path }) => [blob, path]),
    );
    if (wanted.size === 0) return;
    let left = charactersPerTurn;
    for await (const { id, bytes } of reader.blobs(wanted.keys(), signal)) {
      const path = wanted.get(id) ?? '';
      if (bytes === undefined) {
        cache.set(id, tooLargeFile(path));
        continue;
      }
      blobs.keep(id, bytes);
      const documents: Facts[] = [];
      const shown: YamlMap[] = [];
      for (const { facts, bodies, length } of readFile(bytes, tools)) {
        documents.push(facts);
        if (onParsed && bytes.length <= mostShown) shown.push(...bodies);
        left -= length;
        if (left > 0) continue;
        left = charactersPerTurn;
        await setImmediate();
        signal.throwIfAborted();
      }
      const file = locateFile(path, id, documents);
      cache.set(id, file);
      if (shown.length > 0) await onParsed?.(file.manifests, bodiesOf(file, shown));
    }
  }

  /** The very same manifests as at the last load, where file and path are the same. */
  function fileAt({ blob, path }: TreeEntry): LocatedFile {
    const file = cache.get(blob);
    if (file === undefined) throw new ServerError(`${path} (blob ${blob}) is missing in the mirror`);
    if (file.path === path) return file;
    const moved = moveFile(file, path);
    cache.set(blob, moved);
    return moved;
  }

  async function bodyOf({ blob, place }: LocatedManifest, signal: AbortSignal): Promise<JsonObject> {
    return bodies.read(blob, await blobs.read(blob, signal), place);
  }

  return {
    async load(revision, paths, signal, onParsed) {
      const breathe = createBreather();
      const entries = await reader.tree(revision, [], signal);
      const links = await readLinks(reader, entries, signal);
      await breathe();
      const tree = new RepositoryTree(entries, ({ blob }) => links.get(blob) ?? '');
      const selected = selectFiles(tree, paths);
      await parseNew(selected.files, signal, onParsed);
      const files = selected.files.map(fileAt);
      cache.trim(selected.files.map(({ blob }) => blob));

      await breathe();
      const manifests = files.flatMap((file) => file.manifests);
      const { unique, problems: duplicates } = setApartDuplicates(manifests, ({ writtenId, source }) => ({
        id: writtenId,
        source,
      }));
      await breathe();
      const problems = [...selected.problems, ...files.flatMap(problemsOf), ...duplicates];
      const loaded: LoadedManifests = {
        revision,
        manifests: [...unique.values()],
        problems,
        complete: problems.every(({ severity, ids }) => severity === 'warning' || ids.length > 0),
        customScopes: files.flatMap(({ customScopes }) => customScopes),
        body: (manifest, bodySignal) => bodyOf(manifest as LocatedManifest, bodySignal),
        images: (manifest, imagesSignal) =>
          images.of(manifest, () => bodyOf(manifest as LocatedManifest, imagesSignal)),
        file: (manifest, fileSignal) => blobs.read((manifest as LocatedManifest).blob, fileSignal),
      };
      return loaded;
    },
  };
}

/** @param bodies - in the order of the manifests */
function bodiesOf(
  { manifests }: LocatedFile,
  bodies: readonly YamlMap[],
): (manifest: Manifest) => JsonObject {
  return (manifest) => {
    const body = bodies[manifests.indexOf(manifest as LocatedManifest)];
    if (!body) throw new ServerError(`${manifest.source.path} has no such object`);
    return objectOf(body);
  };
}

/** What the symbolic links among the entries hold, by blob. */
async function readLinks(
  reader: TreeReader,
  entries: readonly TreeEntry[],
  signal: AbortSignal,
): Promise<ReadonlyMap<BlobId, string>> {
  const targets = new Map<BlobId, string>();
  const links = new Set(entries.filter(({ type }) => type === 'symlink').map(({ blob }) => blob));
  if (links.size === 0) return targets;
  for await (const { id, bytes } of reader.blobs(links, signal))
    targets.set(id, bytes?.toString('utf8') ?? '');
  return targets;
}
