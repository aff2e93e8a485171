import { notFound } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { Target, World } from './context.ts';
import { convert } from './convert.ts';
import { fieldSelector, labelSelector, type Selects } from './selectors.ts';

/** @throws {ApiError} 404 */
export function getObject(world: World, kind: Kind, { namespace, name }: Target): KubeObject {
  const object = world.store.get(kind.storage, namespace, name);
  if (object === undefined) throw notFound(kind, name);
  return convert(object, kind);
}

/** Which objects a query's selectors let through. */
export function selection(kind: Kind, labels: string, fields: string): Selects {
  const byLabel = labelSelector(labels);
  const byField = fieldSelector(fields, kind);
  return (object) => byLabel(object) && byField(object);
}

/** Sorted by namespace and name, in the kind's own version. */
export function listObjects(
  world: World,
  kind: Kind,
  namespace: string | undefined,
  selects: Selects = () => true,
): readonly KubeObject[] {
  const objects = world.store.list(kind.storage, namespace);
  return objects.map((object) => convert(object, kind)).filter(selects);
}
