import { errorMessage } from '@fluxctl/shared/errors';
import type { Policies } from '@fluxctl/shared/policy/policies';
import { type ResourceId, resourceIdParts } from '@fluxctl/shared/resource/resource-id';
import type { Cluster, PullSecret, Workload } from '../cluster/cluster.ts';
import type { LogFields, Logger } from '../log/logger.ts';
import { Logins } from '../registry/credentials/logins.ts';
import { isPullSecretType, readPullSecret } from '../registry/credentials/pull-secret.ts';
import type { ImageNeed, ImageNeeds, NeededPattern } from '../registry/image-registry.ts';
import { eachBounded } from '../waiting/each-bounded.ts';
import { readContainerPolicy, usualOrder } from './container-policy.ts';
import { newestTag } from './order-tags.ts';
import { isAutomated } from './poll.ts';

export interface ImageNeedsPorts {
  readonly cluster: Pick<Cluster, 'workloads' | 'pullSecrets'>;
  /** What git asks for each workload, as far as there is something to read. */
  readonly policies: (signal: AbortSignal) => Promise<ReadonlyMap<ResourceId, Policies>>;
  /** `component=warmer`. */
  readonly log: Logger;
}

/** Places in which secrets are looked for at the same time. */
const placesAtOnce = 16;

/** Which images the workloads of the cluster use, with which credentials, and by which tags git decides. */
export function createImageNeeds({ cluster, policies, log }: ImageNeedsPorts): ImageNeeds {
  const readLogins = createLoginReader(log);
  let defined: ReadonlyMap<ResourceId, Policies> = new Map();
  return async (signal) => {
    // In order, so that of two passwords for one host it is always the same one that counts.
    const workloads = (await cluster.workloads({}, signal)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    // What cannot be read just now is no reason to forget what was asked for, or to stop looking at images.
    defined = await policies(signal).catch(() => defined);
    const logins = await loginsByPlace(workloads, cluster, readLogins, signal);
    return workloads.flatMap((workload) => needsOf(workload, defined.get(workload.id), logins));
  };
}

type LoginsByPlace = ReadonlyMap<string, Logins>;

function needsOf(
  { id, containers, pullsWith }: Workload,
  policies: Policies | undefined,
  logins: LoginsByPlace,
): ImageNeed[] {
  const automated = policies !== undefined && isAutomated(policies) ? policies : undefined;
  const own = logins.get(placeOf(id, pullsWith)) ?? noLogins;
  return containers.map(({ name, image }) => ({
    name: { domain: image.domain, path: image.path },
    current: image.tag === '' ? [] : [image.tag],
    patterns: automated ? patternsOf(automated, name) : [],
    logins: own,
  }));
}

const noLogins = new Logins();

/** Where the tags themselves tell their order, only the one that would be taken has to be fetched. */
function patternsOf(policies: Policies, container: string): NeededPattern[] {
  const { pattern, order } = readContainerPolicy(policies, container);
  if (order === usualOrder(pattern)) return [pattern];
  if (order === 'created') return [{ ...pattern, order: { name: order } }];
  return [{ ...pattern, order: { name: order, newest: (tags) => newestTag(tags, { pattern, order }) } }];
}

/** Workloads with the same place pull alike. */
function placeOf(id: ResourceId, { serviceAccount, secrets }: Workload['pullsWith']): string {
  return [resourceIdParts(id).namespace, serviceAccount, ...secrets].join('/');
}

async function loginsByPlace(
  workloads: readonly Workload[],
  cluster: Pick<Cluster, 'pullSecrets'>,
  readLogins: (secret: PullSecret) => Logins,
  signal: AbortSignal,
): Promise<LoginsByPlace> {
  const places = new Map<string, Workload>();
  for (const workload of workloads) {
    if (workload.containers.length > 0) places.set(placeOf(workload.id, workload.pullsWith), workload);
  }
  const found = new Map<string, Logins>();
  const stop = (): boolean => signal.aborted;
  await eachBounded([...places], placesAtOnce, stop, async ([place, { id, pullsWith }]) => {
    const secrets = await cluster.pullSecrets(resourceIdParts(id).namespace, pullsWith, signal);
    const logins = secrets.reduce((all, secret) => all.merge(readLogins(secret)), noLogins);
    if (logins.hosts().length > 0) found.set(place, logins);
  });
  return found;
}

/** Reads each secret once, and tells once what is amiss with it. */
function createLoginReader(log: Logger): (secret: PullSecret) => Logins {
  const read = new WeakMap<PullSecret, Logins>();
  const told = new Map<string, string>();
  const tell = (origin: string, lines: readonly LogFields[]): void => {
    const text = JSON.stringify(lines);
    if (told.get(origin) === text) return;
    told.set(origin, text);
    for (const line of lines) log.log(line);
  };
  return (secret) => {
    const known = read.get(secret);
    if (known) return known;
    const { logins, lines } = parseSecret(secret);
    tell(secret.origin, lines);
    read.set(secret, logins);
    return logins;
  };
}

function parseSecret({ origin, type, data }: PullSecret): { logins: Logins; lines: readonly LogFields[] } {
  if (!isPullSecretType(type)) {
    return { logins: noLogins, lines: [{ skip: 'unknown type', secret: origin, type }] };
  }
  try {
    const { logins, problems } = readPullSecret(type, data, origin);
    return { logins, lines: problems.map((err) => ({ err })) };
  } catch (error) {
    return { logins: noLogins, lines: [{ err: errorMessage(error) }] };
  }
}
