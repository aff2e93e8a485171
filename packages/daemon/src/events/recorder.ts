import type { FluxEvent } from '@fluxctl/shared/events/event';
import { eventText } from '@fluxctl/shared/events/event-text';
import type { Logger } from '../log/logger.ts';

/** Where events go. */
export interface EventRecorder {
  record(event: FluxEvent): void;
  /** The latest, newest first. */
  recent(): readonly FluxEvent[];
}

/** Writes each event to the log, as Flux v1 without an upstream, and keeps the latest `limit`. */
export function createEventRecorder(log: Logger, limit: number): EventRecorder {
  const daemon = log.with({ component: 'daemon' });
  const kept: FluxEvent[] = [];
  return {
    record(event) {
      daemon.log({ event: eventText(event), logupstream: false });
      kept.unshift(event);
      kept.length = Math.min(kept.length, limit);
    },
    recent: () => kept,
  };
}
