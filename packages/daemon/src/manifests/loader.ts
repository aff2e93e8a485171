import { setImmediate } from 'node:timers/promises';
import { ServerError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { BlobId, TreeEntry, TreeReader } from '../git/repository.ts';
import { BlobStore } from './blob-store.ts';
import { BodyReader } from './body-reader.ts';
import { setApartDuplicates } from './duplicates.ts';
import type { CustomScope, LoadedManifests, LoadProblem, Manifest, ManifestLoader } from './manifest.ts';
import type { Facts, ObjectFacts, ObjectPlace } from './object-facts.ts';
import { ParseCache } from './parse-cache.ts';
import { readFile } from './read-file.ts';
import { RepositoryTree } from './repository-tree.ts';
import { selectFiles } from './select-files.ts';
import { StringPool } from './string-pool.ts';
import { createYamlEncoder } from './yaml/encode.ts';

/** Characters that are parsed in one go, a few milliseconds' worth; then others get their turn. */
const charactersPerTurn = 64 * 1024;

/**
 * Loads the manifests of a repository at any revision. What is unreadable costs only itself; see
 * `LoadedManifests.problems`.
 */
export function createManifestLoader({ reader }: { readonly reader: TreeReader }): ManifestLoader {
  const cache = new ParseCache<LocatedFile>();
  const blobs = new BlobStore(reader);
  const bodies = new BodyReader();
  const tools = { pool: new StringPool(), encoder: createYamlEncoder() };

  async function parseNew(files: readonly TreeEntry[], signal: AbortSignal): Promise<void> {
    const wanted = new Set(files.map(({ blob }) => blob).filter((blob) => !cache.has(blob)));
    if (wanted.size === 0) return;
    let left = charactersPerTurn;
    for await (const { id, bytes } of reader.blobs(wanted, signal)) {
      blobs.keep(id, bytes);
      const documents: Facts[] = [];
      for (const { facts, length } of readFile(bytes, tools)) {
        documents.push(facts);
        left -= length;
        if (left > 0) continue;
        left = charactersPerTurn;
        await setImmediate();
        signal.throwIfAborted();
      }
      cache.set(id, joined(documents));
    }
  }

  /** The same objects as at the last load, where file and path are the same. */
  function locate(file: TreeEntry): LocatedFile {
    const parsed = cache.get(file.blob);
    if (parsed === undefined)
      throw new ServerError(`${file.path} (blob ${file.blob}) is missing in the mirror`);
    if (parsed.located?.path !== file.path) parsed.located = locateFile(file, parsed.facts);
    return parsed.located;
  }

  async function bodyOf({ blob, place }: LocatedManifest, signal: AbortSignal): Promise<JsonObject> {
    return bodies.read(blob, await blobs.read(blob, signal), place);
  }

  return {
    async load(revision, paths, signal) {
      const entries = await reader.tree(revision, [], signal);
      const links = entries.filter(({ type }) => type === 'symlink');
      const targets = await readLinks(reader, links, signal);
      const tree = new RepositoryTree(entries, ({ blob }) => targets.get(blob) ?? '');
      const selected = selectFiles(tree, paths);
      await parseNew(selected.files, signal);

      const files = selected.files.map((file) => locate(file));
      const manifests = files.flatMap((file) => file.manifests);
      cache.trim(selected.files.map(({ blob }) => blob));
      const { unique, problems: duplicates } = setApartDuplicates(manifests, ({ writtenId, source }) => ({
        id: writtenId,
        source,
      }));
      const problems = [...selected.problems, ...files.flatMap((file) => file.problems), ...duplicates];
      const loaded: LoadedManifests = {
        revision,
        manifests: unique,
        problems,
        complete: problems.every(({ severity, ids }) => severity === 'warning' || ids.length > 0),
        customScopes: files.flatMap(({ customScopes }) => customScopes),
        body: (manifest, bodySignal) => bodyOf(manifest as LocatedManifest, bodySignal),
      };
      return loaded;
    },
  };
}

function joined(documents: readonly Facts[]): Facts {
  const [only] = documents;
  if (only !== undefined && documents.length === 1) return only;
  return {
    objects: documents.flatMap(({ objects }) => objects),
    problems: documents.flatMap(({ problems }) => problems),
  };
}

/** What a file holds, at its path. */
interface LocatedFile {
  readonly path: string;
  readonly manifests: readonly LocatedManifest[];
  readonly problems: readonly LoadProblem[];
  readonly customScopes: readonly CustomScope[];
}

/** A manifest that knows where its bytes are. */
interface LocatedManifest extends Manifest {
  readonly blob: BlobId;
  readonly place: ObjectPlace;
}

function locateFile({ path, blob }: TreeEntry, facts: Facts): LocatedFile {
  return {
    path,
    manifests: facts.objects.map((object) => locateObject(path, blob, object)),
    problems: facts.problems.map(({ severity, doing, text, line, document, ids }) => ({
      severity,
      message: doing === undefined ? text : `${doing} from ${JSON.stringify(path)}: ${text}`,
      source: { path, line, ...(document === undefined ? {} : { document }) },
      ids,
    })),
    customScopes: facts.objects.flatMap(({ customScopes }) => customScopes),
  };
}

function locateObject(path: string, blob: BlobId, object: ObjectFacts): LocatedManifest {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.name,
    namespace: object.namespace,
    writtenId: object.writtenId,
    policies: object.policies,
    checksum: object.checksum,
    source: { path, line: object.line, document: object.place.document },
    blob,
    place: object.place,
  };
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
