import { UserError } from '@fluxctl/shared/errors';
import { type DockerConfig, parseDockerConfig } from './docker-config.ts';

/**
 * Reads a Kubernetes secret for pulling images.
 * @param data - its entries, decoded
 * @param origin - `namespace:secret/name`
 * @throws {UserError} when it is of another type, or cannot be read
 */
export function readPullSecret(
  type: string,
  data: ReadonlyMap<string, Uint8Array>,
  origin: string,
): DockerConfig {
  const shape = shapes.get(type);
  if (!shape) throw new UserError(`${origin} is of type ${type}, which holds no docker config`);
  const bytes = data.get(`.${shape}`);
  if (!bytes) throw new UserError(`${origin} has no entry .${shape}`);
  return parseDockerConfig(Buffer.from(bytes).toString('utf8'), shape, origin);
}

/** Whether secrets of the type hold a docker config. */
export function isPullSecretType(type: string): boolean {
  return shapes.has(type);
}

const shapes = new Map([
  ['kubernetes.io/dockercfg', 'dockercfg'],
  ['kubernetes.io/dockerconfigjson', 'dockerconfigjson'],
] as const satisfies [string, string][]) as ReadonlyMap<string, 'dockercfg' | 'dockerconfigjson'>;
