import { isAbsolute, join, relative } from 'node:path';
import { UserError } from '@fluxctl/shared/errors';

export interface ObjectName {
  readonly kind: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * Where an object is saved, as Flux v1 names files.
 * @throws {UserError} when the name leads out of the directory: the daemon is not to be trusted so far
 */
export function objectPath(dir: string, { kind, namespace, name }: ObjectName): string {
  const ending = kind === 'Namespace' ? 'ns' : kind === 'Deployment' ? 'dep' : kind;
  const file = `${name}-${ending}.yaml`;
  const path = kind === 'Namespace' ? join(dir, file) : join(dir, namespace, file);
  const inside = relative(dir, path);
  if (inside.startsWith('..') || isAbsolute(inside)) {
    throw new UserError(`${kind} '${name}' cannot be saved: its name leads out of ${dir}`);
  }
  return path;
}
