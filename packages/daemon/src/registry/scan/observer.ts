import type { Quota } from '../image-registry.ts';

/** What metrics want to know. Durations in seconds. */
export interface RegistryObserver {
  /** A request to a registry: for a tag list, or for what a tag means. */
  requested(kind: 'tags' | 'metadata', success: boolean, seconds: number): void;
  /** A whole scan of one repository. */
  scanned(success: boolean, seconds: number): void;
  /** After each scan. */
  quota(host: string, quota: Quota): void;
}

export const noObserver: RegistryObserver = {
  requested: () => undefined,
  scanned: () => undefined,
  quota: () => undefined,
};
