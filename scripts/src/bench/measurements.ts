import { imagesLoad, listWorkloadsLoad } from './api-load.ts';
import { automation } from './automation.ts';
import { drift } from './drift.ts';
import { edits } from './edit-file.ts';
import { eventLoop } from './event-loop.ts';
import { firstSync } from './first-sync.ts';
import { listWorkloads } from './list-workloads.ts';
import { load } from './load.ts';
import { memory, memoryBesideOthers, memoryOfMany, memoryOfPasses } from './memory.ts';
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
  automation,
  load,
  edits,
  memory,
  memoryOfMany,
  memoryBesideOthers,
  memoryOfPasses,
  ...registryScans,
  registryMemory,
  startUp,
  listWorkloads,
  listWorkloadsLoad,
  imagesLoad,
];
