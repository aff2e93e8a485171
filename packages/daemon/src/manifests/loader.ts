import { setImmediate } from 'node:timers/promises';
import { ServerError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { BlobId, TreeEntry, TreeReader } from '../git/repository.ts';
import { BlobStore } from './blob-store.ts';
import { setApartDuplicates } from './duplicates.ts';
import type { LoadedManifests, LoadProblem, Manifest, ManifestLoader } from './manifest.ts';
import type { Facts, FactsProblem, ObjectFacts, ObjectPlace } from './object-facts.ts';
import { ParseCache } from './parse-cache.ts';
import { readBody } from './read-body.ts';
import { readFile } from './read-file.ts';
import { RepositoryTree } from './repository-tree.ts';
import { selectFiles } from './select-files.ts';
import { StringPool } from './string-pool.ts';

/** Characters that are parsed in one go, a few milliseconds' worth; then others get their turn. */
const charactersPerTurn = 64 * 1024;

/**
 * Loads the manifests of a repository at any revision. What is unreadable costs only itself; see
 * `LoadedManifests.problems`.
 */
export function createManifestLoader({ reader }: { readonly reader: TreeReader }): ManifestLoader {
  const cache = new ParseCache();
  const blobs = new BlobStore(reader);
  const pool = new StringPool();

  async function parseNew(files: readonly TreeEntry[], signal: AbortSignal): Promise<void> {
    const wanted = new Set(files.map(({ blob }) => blob).filter((blob) => cache.get(blob) === undefined));
    if (wanted.size === 0) return;
    let left = charactersPerTurn;
    for await (const { id, bytes } of reader.blobs(wanted, signal)) {
      blobs.keep(id, bytes);
      const objects: ObjectFacts[] = [];
      const problems: FactsProblem[] = [];
      for (const { facts, length } of readFile(bytes, pool)) {
        objects.push(...facts.objects);
        problems.push(...facts.problems);
        left -= length;
        if (left > 0) continue;
        left = charactersPerTurn;
        await setImmediate();
        signal.throwIfAborted();
      }
      cache.set(id, { objects, problems });
    }
  }

  return {
    async load(revision, paths, signal) {
      const entries = await reader.tree(revision, [], signal);
      const links = entries.filter(({ type }) => type === 'symlink');
      const targets = await readLinks(reader, links, signal);
      const tree = new RepositoryTree(entries, ({ blob }) => targets.get(blob) ?? '');
      const selected = selectFiles(tree, paths);
      await parseNew(selected.files, signal);

      const located = selected.files.flatMap((file) => manifestsOf(file, factsOf(cache, file)));
      const found = selected.files.flatMap((file) => problemsOf(file, factsOf(cache, file)));
      cache.trim(new Set(selected.files.map(({ blob }) => blob)));
      const { unique, problems: duplicates } = setApartDuplicates(located, ({ writtenId, source }) => ({
        id: writtenId,
        source,
      }));
      const problems = [...selected.problems, ...found, ...duplicates];
      const loaded: LoadedManifests = {
        revision,
        manifests: unique,
        problems,
        complete: problems.every(({ severity, ids }) => severity === 'warning' || ids.length > 0),
        customScopes: located.flatMap(({ customScopes }) => customScopes),
        body: (manifest, bodySignal) => bodyOf(manifest, blobs, bodySignal),
      };
      return loaded;
    },
  };
}

/** A manifest that knows where its bytes are. */
interface LocatedManifest extends Manifest {
  readonly blob: BlobId;
  readonly place: ObjectPlace;
  readonly customScopes: ObjectFacts['customScopes'];
}

function manifestsOf(file: TreeEntry, facts: Facts): LocatedManifest[] {
  return facts.objects.map(({ line, ...object }) => ({
    ...object,
    blob: file.blob,
    source: { path: file.path, line, document: object.place.document },
  }));
}

function problemsOf(file: TreeEntry, facts: Facts): LoadProblem[] {
  return facts.problems.map(({ severity, doing, text, line, document, ids }) => ({
    severity,
    message: doing === undefined ? text : `${doing} from ${JSON.stringify(file.path)}: ${text}`,
    source: { path: file.path, line, ...(document === undefined ? {} : { document }) },
    ids,
  }));
}

function factsOf(cache: ParseCache, file: TreeEntry): Facts {
  const facts = cache.get(file.blob);
  if (facts === undefined) throw new ServerError(`${file.path} (blob ${file.blob}) is missing in the mirror`);
  return facts;
}

async function readLinks(
  reader: TreeReader,
  links: readonly TreeEntry[],
  signal: AbortSignal,
): Promise<ReadonlyMap<BlobId, string>> {
  const targets = new Map<BlobId, string>();
  if (links.length === 0) return targets;
  for await (const { id, bytes } of reader.blobs(new Set(links.map(({ blob }) => blob)), signal)) {
    targets.set(id, bytes.toString('utf8'));
  }
  return targets;
}

async function bodyOf(manifest: Manifest, blobs: BlobStore, signal: AbortSignal): Promise<JsonObject> {
  const { blob, place } = manifest as LocatedManifest;
  return readBody(await blobs.read(blob, signal), place);
}
