import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import { convertAutoscaler } from './convert-autoscaler.ts';
import { convertEvent } from './convert-event.ts';

/** The object in another version of its kind; the same one when it is in that version already. */
export function convert(object: KubeObject, kind: Kind): KubeObject {
  if (object.apiVersion === kind.apiVersion) return object;
  if (kind.storage === '/events') return convertEvent(object, kind.apiVersion);
  if (kind.storage === 'autoscaling/horizontalpodautoscalers') {
    return convertAutoscaler(object, kind.apiVersion);
  }
  // Custom kinds without a conversion webhook differ by nothing but the version.
  return { ...object, apiVersion: kind.apiVersion };
}
