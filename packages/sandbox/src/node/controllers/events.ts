import type { JsonObject } from '@fluxctl/shared/kube-object';
import { ApiError } from '../../kube/api-error.ts';
import { type KubeObject, timestamp } from '../../kube/kube-object.ts';
import type { KubeClient } from '../../kube/resources/client.ts';

export interface EventText {
  /** The component that tells it: `kubelet`. */
  readonly source: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export type TellEvent = (about: KubeObject, event: EventText) => void;

/** How many kinds of Events about one object are kept apart. */
const keptPerObject = 25;

/** Writes Events, as `kubectl describe` shows them; one that is told again only counts up. */
export function eventTeller(client: KubeClient, now: () => Date): TellEvent {
  const told = new Map<string, Map<string, { name: string; count: number }>>();
  let serial = 0;
  return (about, { source, type, reason, message }) => {
    const { uid = '', name, namespace = 'default', resourceVersion = '' } = about.metadata;
    const ofObject = told.get(uid) ?? new Map<string, { name: string; count: number }>();
    told.set(uid, ofObject);
    const key = `${reason}\n${message}`;
    const before = ofObject.get(key);
    const time = timestamp(now());
    try {
      if (before !== undefined) {
        before.count += 1;
        const ref = { apiVersion: 'v1', kind: 'Event', namespace, name: before.name };
        if (client.get(ref)) {
          client.patch(ref, { count: before.count, lastTimestamp: time });
          return;
        }
      }
      serial += 1;
      const eventName = `${name}.${(Date.now() * 4096 + serial).toString(16)}`;
      const involved: JsonObject = {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        namespace,
        uid,
        resourceVersion,
      };
      client.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: eventName, namespace },
        involvedObject: involved,
        type,
        reason,
        message,
        source: { component: source },
        reportingComponent: source,
        count: 1,
        firstTimestamp: time,
        lastTimestamp: time,
      });
      ofObject.set(key, { name: eventName, count: 1 });
      if (ofObject.size > keptPerObject) ofObject.delete([...ofObject.keys()][0] ?? '');
    } catch (error) {
      // The namespace is on its way out, or somebody forbids it: what happened is no less true.
      if (!(error instanceof ApiError)) throw error;
    }
  };
}
