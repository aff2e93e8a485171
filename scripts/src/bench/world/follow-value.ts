import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { Kube } from './kube.ts';
import { collectionPath } from './objects.ts';

/** Looks on while a ConfigMap of the bench changes. */
export interface FollowedValue extends AsyncDisposable {
  /** Until its value is this one. @returns when that was seen, as `performance.now` has it */
  becomes(value: string): Promise<number>;
}

export async function followValue(kube: Kube, namespace: string, name: string): Promise<FollowedValue> {
  const stop = new AbortController();
  const path = `${collectionPath('ConfigMap', namespace)}?watch=true&fieldSelector=metadata.name%3D${name}`;
  const events = kube.watch(path, stop.signal)[Symbol.asyncIterator]();
  // As it is now; from here on nothing is missed.
  await events.next();
  return {
    async becomes(value) {
      for (let next = await events.next(); !next.done; next = await events.next()) {
        const data = next.value.object['data'] as JsonObject | undefined;
        if (data?.['value'] === value) return performance.now();
      }
      throw new Error(`the watch of ${name} ended`);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await events.return?.().catch(() => undefined);
    },
  };
}
