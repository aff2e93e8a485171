import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Cluster } from '../cluster/cluster.ts';
import type { EventRecorder } from '../events/recorder.ts';
import type { CommitSha, Repository } from '../git/repository.ts';
import type { Logger } from '../log/logger.ts';
import type { LoadedManifests, LoadProblem, Manifest } from '../manifests/manifest.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';

export interface UpdateConfig {
  /** As given to `--git-path`. */
  readonly paths: readonly string[];
  /** Empty for all. */
  readonly allowedNamespaces: readonly string[];
  /** In full: `refs/notes/flux`. */
  readonly notesRef: string;
  readonly readonly: boolean;
  /** Whether commits are written in the name of whoever asked for them. */
  readonly setAuthor: boolean;
}

/** What updates work with. */
export interface UpdatePorts {
  readonly repository: Pick<
    Repository,
    'requireReady' | 'refresh' | 'head' | 'resolve' | 'log' | 'makeCommit' | 'publish'
  >;
  readonly definitions: DefinitionReader;
  readonly cluster: Pick<Cluster, 'workloads'>;
  readonly images: Pick<ImageRegistry, 'imagesOf' | 'fetchTags'>;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  /** A commit automated some workload: its images are to be looked at now. */
  readonly onAutomated: () => void;
}

/** Reads what git defines at any revision, also at one that is not published. */
export interface DefinitionReader {
  at(revision: CommitSha, signal: AbortSignal): Promise<Definitions>;
}

/** What git defines at a revision. */
export interface Definitions {
  readonly revision: CommitSha;
  readonly loaded: Pick<LoadedManifests, 'body' | 'images' | 'file'>;
  /** What could not be read, or is defined twice. */
  readonly problems: readonly LoadProblem[];
  /** By the id with the effective namespace. */
  readonly byId: ReadonlyMap<ResourceId, { readonly id: ResourceId; readonly manifest: Manifest }>;
}
