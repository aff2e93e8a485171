import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { createBreather } from '../waiting/breather.ts';
import { calculateAutoRelease } from './calculate-auto.ts';
import { calculateContainersRelease } from './calculate-containers.ts';
import { calculateImageRelease } from './calculate-image.ts';
import { calculateWithFacts } from './calculate-with-facts.ts';
import type { Calculation, WorkloadChange } from './calculation.ts';
import { autoReleaseMessage, containersReleaseMessage, imageReleaseMessage } from './commit-message.ts';
import { containersInGit } from './containers-in-git.ts';
import type { ManifestEdit } from './edit-manifests.ts';
import { annotationChanges, changeHolds, changesNothing } from './policy-update.ts';
import type { Proposal } from './proposal.ts';
import { annotationsOf } from './propose-policies.ts';
import type { ReleaseUpdate } from './read-update.ts';
import { readWorkloads } from './read-workloads.ts';
import { requireFailed } from './require-failed.ts';
import { requirePlan } from './require-plan.ts';
import { settleInGit } from './settle-in-git.ts';
import { timeStage } from './time-stage.ts';
import type { Definitions, UpdatePorts } from './update-ports.ts';
import type { Results, UpdateRun } from './update-run.ts';
import type { ContainersById, Workloads } from './workloads.ts';

/**
 * What a release changes.
 * @throws {UserError} when nothing of it may be written
 */
export async function proposeRelease(
  update: ReleaseUpdate,
  definitions: Definitions,
  ports: UpdatePorts,
  run: UpdateRun,
): Promise<Proposal> {
  const { signal } = run;
  const workloads = await timeStage(ports.metrics, 'select_workloads', () =>
    readWorkloads(definitions, ports.cluster, signal),
  );
  const calculation = await timeStage(ports.metrics, 'lookup_images', () =>
    calculate(update, workloads, definitions, ports, run),
  );
  const { results, changes, refusal } = calculation;
  run.onResults(results);
  if (update.type === 'containers') {
    const state = { calculation, workloads, definitions };
    await requirePlan(update.spec, state, ports, signal);
  }
  if (refusal) throw refusal;

  const log = run.log.with({ type: 'release' });
  log.log({ updates: changes.length });
  if (changes.length === 0) log.log({ exit: 'no images to update for services given' });
  const holds = update.type === 'containers' ? update.spec.Holds : noHolds;
  const edits = await editsOf(changes, holds, definitions, signal);
  return { results, edits, changes, message: messageOf(update, results), automates: false };
}

const noHolds: ReadonlyMap<ResourceId, ReadonlyMap<string, string>> = new Map();

async function calculate(
  update: ReleaseUpdate,
  workloads: Workloads,
  definitions: Definitions,
  ports: UpdatePorts,
  { log, signal }: UpdateRun,
): Promise<Calculation> {
  if (update.type === 'auto') {
    const named = new Set(update.spec.Changes.map(({ WorkloadID }) => WorkloadID));
    return calculateAutoRelease(update.spec, workloads, await containersInGit(named, definitions, signal));
  }
  const calculation =
    update.type === 'containers'
      ? calculateContainersRelease(update.spec, workloads)
      : await calculateWithFacts(
          () => calculateImageRelease(update.spec, workloads, ports.images, new Date(ports.now())),
          { images: ports.images, log },
          signal,
        );
  const inGit = await inGitOf(calculation, definitions, signal);
  if (update.type === 'containers') requireFailed(update.spec, inGit);
  return settleInGit(calculation, inGit, update.type === 'containers');
}

function inGitOf(
  { changes }: Calculation,
  definitions: Definitions,
  signal: AbortSignal,
): Promise<ContainersById> {
  return containersInGit(
    changes.map(({ id }) => id),
    definitions,
    signal,
  );
}

async function editsOf(
  changes: readonly WorkloadChange[],
  holds: ReadonlyMap<ResourceId, ReadonlyMap<string, string>>,
  { byId, loaded }: Definitions,
  signal: AbortSignal,
): Promise<readonly ManifestEdit[]> {
  const edits: ManifestEdit[] = [];
  const breathe = createBreather();
  for (const change of changes) {
    await breathe();
    const { id } = change;
    const manifest = byId.get(id)?.manifest;
    if (!manifest) continue;
    const names = (await loaded.images(manifest, signal))?.map(({ name }) => name);
    const policies = changeHolds(change, manifest.policies, holds.get(id));
    const annotations = changesNothing(policies)
      ? new Set<string>()
      : new Set(annotationsOf(await loaded.body(manifest, signal)).keys());
    edits.push({
      id,
      manifest,
      images: change.containers.map(({ container, to }) => ({ container, image: writeImageRef(to) })),
      annotations: annotationChanges(id, policies, names, annotations),
    });
  }
  return edits;
}

function messageOf(update: ReleaseUpdate, results: Results): string {
  switch (update.type) {
    case 'image':
      return imageReleaseMessage(update.spec, update.cause);
    case 'containers':
      return containersReleaseMessage(results, update.cause);
    case 'auto':
      return autoReleaseMessage(results);
    default:
      return update satisfies never;
  }
}
