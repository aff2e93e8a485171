import { errorMessage, FluxError, UserError } from '@fluxctl/shared/errors';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { CommitSha } from '../git/repository.ts';
import type { WorkloadChange } from './calculation.ts';
import { containersInGit } from './containers-in-git.ts';
import type { DefinitionReader, Definitions } from './update-ports.ts';
import { verifyRelease } from './verify.ts';
import type { ContainersById } from './workloads.ts';

/**
 * Loads a commit that nobody else has seen, and compares what it defines with what was meant. Only objects that
 * changed are parsed.
 * @throws {UserError} `loading resources after updates: …`, `verifying changes: …`
 */
export async function verifyCommit(
  commit: CommitSha,
  before: Definitions,
  changes: readonly WorkloadChange[],
  definitions: DefinitionReader,
  signal: AbortSignal,
): Promise<void> {
  const after = await definitions.at(commit, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    const help = cause instanceof FluxError ? cause.help : '';
    throw new UserError(`loading resources after updates: ${errorMessage(cause)}`, { cause, help });
  });
  const touched = new Set(changes.map(({ id }) => id));
  for (const id of new Set([...before.byId.keys(), ...after.byId.keys()])) {
    if (checksum(before, id) !== checksum(after, id)) touched.add(id);
  }
  verifyRelease(
    await containersOf(before, touched, signal),
    changes,
    await containersOf(after, touched, signal),
  );
}

function checksum({ byId }: Definitions, id: ResourceId): string | undefined {
  return byId.get(id)?.manifest.checksum;
}

/** All objects; containers only of those that were touched. */
async function containersOf(
  definitions: Definitions,
  touched: ReadonlySet<ResourceId>,
  signal: AbortSignal,
): Promise<ContainersById> {
  const known = await containersInGit(touched, definitions, signal);
  return new Map([...definitions.byId.keys()].map((id) => [id, known.get(id)]));
}
