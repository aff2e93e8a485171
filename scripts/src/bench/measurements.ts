import { edits } from './edit-file.ts';
import { registryMemory } from './registry/memory.ts';
import { registryScans } from './registry/scans.ts';
import type { Measurement } from './row.ts';
import { startUp } from './start-up.ts';

/** All that is measured, in the order of the table. */
export const measurements: readonly Measurement[] = [startUp, edits, ...registryScans, registryMemory];
