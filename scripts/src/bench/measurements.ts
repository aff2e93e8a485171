import { imagesLoad, listWorkloadsLoad } from './api-load.ts';
import { automation } from './automation.ts';
import type { Measurement } from './bench.ts';
import { drift } from './drift.ts';
import { edits } from './edit-file.ts';
import { eventLoop } from './event-loop.ts';
import { firstSync } from './first-sync.ts';
import { growthOfDaemons } from './growth/daemons.ts';
import { growthOfImages } from './growth/images.ts';
import { growthOfObjects } from './growth/objects.ts';
import { listWorkloads } from './list-workloads.ts';
import { load } from './load.ts';
import { memory, memoryBesideOthers, memoryOfMany, memoryOfPasses } from './memory.ts';
import { nothingToDo } from './nothing-to-do.ts';
import { oneFile } from './one-file.ts';
import { registryMemory } from './registry/memory.ts';
import { registryScans } from './registry/scans.ts';
import { restart } from './restart.ts';
import { startUp } from './start-up.ts';

/** All that is measured, in the order of the table; those of a group share what they open. */
export const table: readonly (readonly Measurement[])[] = [
  [firstSync, nothingToDo, oneFile, drift, restart],
  [eventLoop, memoryOfMany],
  [automation],
  [load],
  [edits],
  [memory, memoryBesideOthers],
  [memoryOfPasses],
  registryScans,
  [registryMemory],
  [startUp],
  [listWorkloads, listWorkloadsLoad, imagesLoad],
];

/** How cost grows with what there is to look after. */
export const growth: readonly (readonly Measurement[])[] = [
  [growthOfObjects],
  [growthOfImages],
  [growthOfDaemons],
];
