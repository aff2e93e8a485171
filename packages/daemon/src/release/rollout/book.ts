import type { RolloutRecord } from '@fluxctl/shared/api/types';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';

/** How the latest image updates came to run; in memory only. */
export interface Book {
  latest(id: ResourceId): RolloutRecord | undefined;
  /**
   * The newest first: the latest of each workload, with the one before where it overtook that, and with a
   * rollback the rollout that it answers.
   */
  recent(): readonly RolloutRecord[];
  /**
   * Puts in a record, in the place of older ones of the workload.
   * @param answers - a record that stays beside it
   */
  begin(record: RolloutRecord, answers?: RolloutRecord): void;
  /** Another state of a record that is in the book; nothing when it is not there any more. */
  change(before: RolloutRecord, after: RolloutRecord): void;
}

export function createBook(limit: number): Book {
  /** Newest first. */
  let records: RolloutRecord[] = [];
  return {
    latest: (id) => records.find(({ workload }) => workload === id),
    recent: () => records,
    begin(record, answers) {
      // Who waits for that one has to learn that it never came to its end.
      const before = records.find(({ workload }) => workload === record.workload);
      const overtaken = before?.outcome === 'superseded' ? before : undefined;
      const others = records.filter(
        (one) => one.workload !== record.workload || one === answers || one === overtaken,
      );
      records = [record, ...others].slice(0, limit);
    },
    change(before, after) {
      records = records.map((one) => (one === before ? after : one));
    },
  };
}
