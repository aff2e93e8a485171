/** Where what registries told is kept beyond this process. Losing it costs requests, nothing else. */
export interface ImageCache {
  /** False: nothing needs to be prepared for it. */
  readonly keeps: boolean;
  /** Undefined: it does not have it, or cannot be reached. */
  get(key: string, signal: AbortSignal): Promise<Buffer | undefined>;
  /** Never fails: what cannot be kept is fetched again. */
  set(key: string, value: Buffer, expirySeconds: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** The daemon's own memory is all there is. */
export const noCache: ImageCache = {
  keeps: false,
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  close: () => undefined,
};
