import type { WorkloadResult } from '@fluxctl/shared/api/types';
import type { Logger } from '../log/logger.ts';

export type Results = Readonly<Record<string, WorkloadResult>>;

/** One go at an update. */
export interface UpdateRun {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Takes the results as soon as they are known, whatever comes of it in the end. */
  readonly onResults: (results: Results) => void;
}
