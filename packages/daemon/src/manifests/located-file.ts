import type { BlobId } from '../git/repository.ts';
import type { CustomScope, LoadProblem, Manifest } from './manifest.ts';
import type { Facts, FactsProblem, ObjectFacts, ObjectPlace } from './object-facts.ts';

/** What a blob holds, at the path at which it was last seen. */
export interface LocatedFile {
  readonly path: string;
  readonly manifests: readonly LocatedManifest[];
  readonly problems: readonly FactsProblem[];
  readonly customScopes: readonly CustomScope[];
}

/** A manifest that knows where its bytes are. */
export interface LocatedManifest extends Manifest {
  readonly blob: BlobId;
  readonly place: ObjectPlace;
}

export function locateFile(path: string, blob: BlobId, documents: readonly Facts[]): LocatedFile {
  const objects = documents.flatMap((document) => document.objects);
  return {
    path,
    manifests: objects.map((object) => locateObject(path, blob, object)),
    problems: documents.flatMap((document) => document.problems),
    customScopes: objects.flatMap(({ customScopes }) => customScopes),
  };
}

/** A file that nobody has looked into. */
export function tooLargeFile(path: string): LocatedFile {
  const problem: FactsProblem = {
    severity: 'error',
    doing: 'unable to read file',
    text: 'larger than 64 MiB',
    line: undefined,
    document: undefined,
    ids: [],
  };
  return { path, manifests: [], problems: [problem], customScopes: [] };
}

/** The same file at another path. */
export function moveFile(file: LocatedFile, path: string): LocatedFile {
  const manifests = file.manifests.map((manifest) => ({ ...manifest, source: { ...manifest.source, path } }));
  return { ...file, path, manifests };
}

export function problemsOf({ path, problems }: LocatedFile): LoadProblem[] {
  return problems.map(({ severity, doing, text, line, document, ids }) => ({
    severity,
    message: doing === undefined ? text : `${doing} ${fileWord(doing)} ${JSON.stringify(path)}: ${text}`,
    source: {
      path,
      ...(line === undefined ? {} : { line }),
      ...(document === undefined ? {} : { document }),
    },
    ids,
  }));
}

/** As Flux v1 goes on with the path of the file. */
function fileWord(doing: FactsProblem['doing']): string {
  return doing === 'unable to read file' ? 'at' : 'from';
}

function locateObject(path: string, blob: BlobId, object: ObjectFacts): LocatedManifest {
  const { apiVersion, kind, name, namespace, writtenId, policies, checksum, line, place } = object;
  const source = { path, line, document: place.document };
  return { apiVersion, kind, name, namespace, writtenId, policies, checksum, source, blob, place };
}
