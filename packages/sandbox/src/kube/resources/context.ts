import type { KindRegistry } from '../registry/kind-registry.ts';
import type { Store } from '../store/store.ts';

/** What every operation works on. */
export interface World {
  readonly store: Store;
  readonly kinds: KindRegistry;
  readonly now: () => Date;
  readonly uid: () => string;
  /** As `Math.random`. */
  readonly random: () => number;
}

/** Who writes, and how. */
export interface WriteOptions {
  /** Field manager. */
  readonly manager: string;
  readonly dryRun: boolean;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Fields that came more than once in the body. */
  readonly repeated: readonly string[];
  /** Takes what belongs into `Warning` headers. */
  readonly warn: (text: string) => void;
}

/** One object of a kind, or one of its subresources. */
export interface Target {
  readonly namespace: string | undefined;
  readonly name: string;
  /** `status` or `scale`; undefined for the object itself. */
  readonly subresource?: string | undefined;
}
