import type { Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { CustomScope } from './manifest.ts';

/**
 * What is remembered of one object of a file. Nothing of it depends on the file's path, so a file that
 * moves is not parsed again.
 */
export interface ObjectFacts {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly writtenId: ResourceId;
  readonly policies: Policies;
  readonly checksum: string;
  /** 1 is the first line of the file. */
  readonly line: number;
  readonly place: ObjectPlace;
  /** For a CustomResourceDefinition: the kinds that it brings. */
  readonly customScopes: readonly CustomScope[];
}

/** Where in its file an object is, for parsing it alone. */
export interface ObjectPlace {
  /** 1 is the first document. */
  readonly document: number;
  /** Bytes of the document, in the file as UTF-8 without a byte order mark. */
  readonly start: number;
  readonly end: number;
  /** Place in the `items` of a list; undefined where the document is the object. */
  readonly item: number | undefined;
}

/** A problem before it is known at which path the file is. */
export interface FactsProblem {
  readonly severity: 'error' | 'warning';
  /** Where Flux v1 begins its message with what it was doing. */
  readonly doing: 'scanning multidoc' | 'parsing YAML doc' | 'unable to read file' | undefined;
  readonly text: string;
  /** Undefined for the file as a whole. */
  readonly line: number | undefined;
  readonly document: number | undefined;
  /** Of the objects concerned; none where they cannot be told. */
  readonly ids: readonly ResourceId[];
}

export interface Facts {
  readonly objects: readonly ObjectFacts[];
  readonly problems: readonly FactsProblem[];
}
