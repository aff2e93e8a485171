import { drift } from './drift.ts';
import { edits } from './edit-file.ts';
import { eventLoop } from './event-loop.ts';
import { firstSync } from './first-sync.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { nothingToDo } from './nothing-to-do.ts';
import { oneFile } from './one-file.ts';
import { registryMemory } from './registry/memory.ts';
import { registryScans } from './registry/scans.ts';
import { restart } from './restart.ts';
import type { Measurement } from './row.ts';
import { startUp } from './start-up.ts';

/** All that is measured, in the order of the table. */
export const measurements: readonly Measurement[] = [
  firstSync,
  nothingToDo,
  oneFile,
  drift,
  restart,
  eventLoop,
  memory,
  load,
  edits,
  ...registryScans,
  registryMemory,
  startUp,
];
