import type { ImageStore } from './image-store.ts';
import type { RegistrySettings } from './settings.ts';
import type { StorageLinks } from './storage-links.ts';
import type { Uploads } from './uploads.ts';

/** What a registry has, for those that answer requests. */
export interface RegistryState {
  readonly store: ImageStore;
  readonly uploads: Uploads;
  readonly storageLinks: StorageLinks;
}

/** One request, as far as those need it that answer it. */
export interface Exchange extends RegistryState {
  readonly settings: RegistrySettings;
  readonly method: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Reads all of the body. */
  readonly body: () => Promise<Buffer>;
  /** Whether whoever asks may read another repository. */
  readonly mayPull: (repository: string) => boolean;
  /** `http://127.0.0.1:5000`. */
  readonly baseUrl: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}
