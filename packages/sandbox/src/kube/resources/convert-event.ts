import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import type { KubeObject } from '../kube-object.ts';

/** Fields that `events.k8s.io/v1` calls by another name than the core group's `v1`. */
const renamed: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

/** Between the two APIs of events. */
export function convertEvent(event: KubeObject, apiVersion: string): KubeObject {
  const toCore = apiVersion === 'v1';
  const names = new Map(renamed.map(([core, events]) => (toCore ? [events, core] : [core, events])));
  const converted: JsonObject = {};
  for (const [field, value] of Object.entries<JsonValue>(event)) converted[names.get(field) ?? field] = value;
  return { ...converted, apiVersion, kind: 'Event', metadata: event.metadata };
}
