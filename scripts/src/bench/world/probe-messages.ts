/** What the bench asks a daemon's probe. */
export type ProbeQuestion = 'watch-loop' | 'loop' | 'forget-peak' | 'peak' | 'memory' | 'cpu';

/** Times are in milliseconds, memory in megabytes. */
export type ProbeAnswer =
  | { readonly question: 'watch-loop' | 'forget-peak' }
  /** How late the event loop was since `watch-loop`. */
  | { readonly question: 'loop'; readonly p99: number; readonly max: number }
  /** What the processors have done for it, and for programs that it started. */
  | { readonly question: 'cpu'; readonly ms: number; readonly children: number }
  /** The most memory that it took since `forget-peak` or its start. */
  | { readonly question: 'peak'; readonly peak: number }
  /** The same, and what it takes after a collection. */
  | { readonly question: 'memory'; readonly rss: number; readonly heap: number; readonly peak: number };
