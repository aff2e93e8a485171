import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { BlobId, CommitSha } from '../git/repository.ts';
import type { NamedImage } from './named-image.ts';

/** Where in the repository something is written. */
export interface SourcePosition {
  /** From the root of the repository. */
  readonly path: string;
  /** 1 is the first line; that of the document's first content, or of the list's item. */
  readonly line: number;
  /** 1 is the first document of the file. */
  readonly document: number;
}

/** One object as git has it, without its body: ten thousand of these must stay small. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** As written; undefined when the file has none. */
  readonly namespace: string | undefined;
  /** With the namespace as written: `<cluster>` where there is none. The effective id comes with the scope. */
  readonly writtenId: ResourceId;
  /** `automated`, `locked`, `ignore`, `tag.app` …, from the annotations; see `shared/policy`. */
  readonly policies: Readonly<Record<string, string>>;
  /** Hex SHA-1 of the document as Flux v1 re-encodes it: the value of `fluxcd.io/sync-checksum`. */
  readonly checksum: string;
  readonly source: SourcePosition;
}

/** A part of the repository that cannot be used, or is used with a doubt. It costs only itself. */
export interface LoadProblem {
  readonly severity: 'error' | 'warning';
  /** In Flux v1's words where it has some. */
  readonly message: string;
  readonly source: { readonly path: string; readonly line?: number; readonly document?: number };
  /**
   * The objects concerned, with the namespace as written, where they are known. An error names objects
   * that are not among the manifests: they are neither applied nor pruned. So it is with an object that
   * is defined twice, as nobody can say which definition is meant.
   */
  readonly ids: readonly ResourceId[];
}

export interface LoadedManifests {
  readonly revision: CommitSha;
  readonly manifests: readonly Manifest[];
  readonly problems: readonly LoadProblem[];
  /**
   * False when something could not be read, so that an object which seems to be gone from git may be
   * in the unreadable part: then nothing may be pruned.
   */
  readonly complete: boolean;
  /** CustomResourceDefinitions in the load: the scope of kinds that the cluster does not know yet. */
  readonly customScopes: readonly CustomScope[];
  /**
   * The object itself, parsed again from its bytes. Safe to change: each call gives a new one. Integers
   * that a JavaScript number cannot hold are `JSON.rawJSON`, which `JSON.stringify` writes in full.
   */
  body(manifest: Manifest, signal: AbortSignal): Promise<JsonObject>;
  /**
   * The containers of a workload, as `workloadImages` tells them; undefined for what is none. Remembered as
   * long as the manifest is.
   */
  images(manifest: Manifest, signal: AbortSignal): Promise<readonly NamedImage[] | undefined>;
  /** The bytes of the whole file in which the object is written. */
  file(manifest: Manifest, signal: AbortSignal): Promise<Buffer>;
}

export interface CustomScope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface ManifestLoader {
  /**
   * Reads what `paths` name at a revision. Blobs that were read before are not parsed again.
   * @param onParsed - is shown what was parsed just now; the load goes on when it is done
   */
  load(
    revision: CommitSha,
    paths: readonly string[],
    signal: AbortSignal,
    onParsed?: ParsedListener,
  ): Promise<LoadedManifests>;
}

/**
 * Sees the manifests of a file while they are at hand: their bodies cost no parsing. Not called for large
 * files. Whether all of them count shows only when the load is complete.
 */
export type ParsedListener = (
  manifests: readonly Manifest[],
  body: (manifest: Manifest) => JsonObject,
) => Promise<void>;

export type { BlobId };
