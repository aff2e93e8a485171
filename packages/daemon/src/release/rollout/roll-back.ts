import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@fluxctl/shared/errors';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { backOff } from '../../waiting/back-off.ts';
import { containersInGit } from '../containers-in-git.ts';
import { type FailedRollout, type HeadDefinition, planRollback } from './plan-rollback.ts';
import type { RolloutConfig, RolloutPorts } from './rollout-ports.ts';

export type RollbackOutcome =
  | { readonly kind: 'made'; readonly revision: string }
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'refused'; readonly why: string };

/** How often it is tried, while git or the cluster is away. */
const maxTries = 10;
/** Between the tries, in milliseconds. */
const waits = { firstMs: 5_000, capMs: 300_000 };

/**
 * Answers a failed rollout in git, if that is wanted there. Each try begins with what git has by then.
 * @param signal - ends it, also between tries: something newer came
 */
export async function rollBack(
  failed: FailedRollout,
  config: RolloutConfig,
  ports: RolloutPorts,
  signal: AbortSignal,
): Promise<RollbackOutcome> {
  const log = ports.log.with({ component: 'daemon' });
  for (let attempt = 1; ; attempt += 1) {
    try {
      ports.repository.requireReady();
      const plan = planRollback(failed, await atHead(failed.id, ports, signal), config);
      if (plan.kind !== 'update') return plan;
      log.log({ info: 'rolling back', workload: failed.id, revision: failed.record.revision });
      const { revision = '' } = await ports.submit(plan.spec, signal);
      return { kind: 'made', revision };
    } catch (error) {
      signal.throwIfAborted();
      const err = errorMessage(error);
      log.log({ warning: 'cannot roll back', workload: failed.id, attempt, err });
      if (attempt === maxTries) return { kind: 'refused', why: err };
      await sleep(backOff(attempt, { ...waits, random: ports.random }), undefined, { signal });
    }
  }
}

async function atHead(
  id: ResourceId,
  { repository, definitions }: RolloutPorts,
  signal: AbortSignal,
): Promise<HeadDefinition | undefined> {
  const defined = await definitions.at(await repository.head(signal), signal);
  const policies = defined.byId.get(id)?.manifest.policies;
  const containers = (await containersInGit([id], defined, signal)).get(id);
  return policies && containers && { policies, containers };
}
