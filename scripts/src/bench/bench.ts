import type { Row } from './row.ts';

/** What measurements are made of. */
export interface Bench {
  /** Paths of the programs, as they are shipped. */
  readonly bundles: { readonly fluxctl: string; readonly fluxd: string };
  /** Fewer objects and fewer runs: what is wanted is counts, and an idea of the rest. */
  readonly quick: boolean;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Says what is being done. */
  tell(doing: string): void;
  /** Opens what several measurements of a group use, once; it is closed at the end of the group. */
  share<T extends AsyncDisposable>(open: (bench: Bench) => Promise<T>): Promise<T>;
}

/** Figures that are taken together. */
export interface Measurement {
  /** To ask for it alone. */
  readonly name: string;
  /** Whether `--quick` wants it. */
  readonly inQuick?: boolean;
  measure(bench: Bench): Promise<readonly Row[]>;
}
