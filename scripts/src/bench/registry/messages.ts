/** What the bench asks the process of the registry for, and what it answers. */
export type ServerQuestion =
  /** The requests since the last time. */
  { readonly type: 'take-requests' };

export type ServerAnswer =
  | { readonly type: 'ready'; readonly host: string }
  | { readonly type: 'requests'; readonly requests: readonly SeenRequest[] };

export interface SeenRequest {
  readonly method: string;
  /** `tags`, `manifest`, `blob`, … */
  readonly kind: string;
  readonly url: string;
  readonly conditional: boolean;
}

/** What the bench asks the process of the scans for, and what it answers. */
export type ScannerQuestion =
  /** Everything is due: scan, and say so when all is done. */
  { readonly type: 'scan' };

export type ScannerAnswer =
  | { readonly type: 'ready' }
  | {
      readonly type: 'scanned';
      readonly ms: number;
      readonly images: number;
      readonly tags: number;
      readonly errors: number;
      /** In megabytes: after a collection, and the most that there ever was. */
      readonly rss: number;
      readonly peakRss: number;
    };

/** What the bench asks the bare loop for, and what it answers. */
export interface BareQuestion {
  readonly requests: readonly SeenRequest[];
}

export type BareAnswer = { readonly type: 'ready' } | { readonly type: 'replayed'; readonly ms: number };

/** What there is for a daemon to look after. */
export interface WorldAnswer {
  readonly type: 'ready';
  readonly kubeconfig: string;
  readonly gitUrl: string;
  readonly knownHosts: string;
}
