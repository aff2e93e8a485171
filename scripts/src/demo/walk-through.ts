import { followGit } from './follow-git.ts';
import { repairGit } from './repair-git.ts';
import type { Step } from './stage.ts';

/** The walk-through that every release must pass: both of its parts, and what people do by hand then. */
export const walkThrough: readonly Step[] = [...followGit, ...repairGit];
