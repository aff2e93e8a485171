/** What the bench asks a daemon's probe. */
export type ProbeQuestion = 'watch-loop' | 'loop' | 'memory' | 'cpu';

export type ProbeAnswer =
  | { readonly question: 'watch-loop' }
  /** How late the event loop was since `watch-loop`, in milliseconds. */
  | { readonly question: 'loop'; readonly p99: number; readonly max: number }
  /** What the processors have done for it, in milliseconds. */
  | { readonly question: 'cpu'; readonly ms: number }
  /** In megabytes; `rss` and `heap` after a collection, `peak` ever. */
  | { readonly question: 'memory'; readonly rss: number; readonly heap: number; readonly peak: number };
