import { UserError } from '@fluxctl/shared/errors';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { CommitSha } from '../git/repository.ts';
import type { NamedImage } from '../manifests/named-image.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import { isSameImage } from './calculate-containers.ts';
import type { Calculation } from './calculation.ts';
import { containersInGit } from './containers-in-git.ts';
import type { ContainersSpec, ContainerWish } from './release-spec.ts';
import type { Definitions, UpdatePorts } from './update-ports.ts';
import type { ContainersById, Workloads } from './workloads.ts';

/** How things are now. */
export interface PlanState {
  readonly calculation: Calculation;
  readonly workloads: Workloads;
  readonly definitions: Definitions;
}

type PlanPorts = Pick<UpdatePorts, 'repository' | 'definitions' | 'images'>;

/** Commits that are named for one workload. */
const commitsTold = 5;

/**
 * A release that carries out a plan does exactly what the plan says, or nothing.
 * @throws {UserError} what has changed since the plan was made: in git, in the cluster, in the registries
 */
export async function requirePlan(
  spec: ContainersSpec,
  state: PlanState,
  ports: PlanPorts,
  signal: AbortSignal,
): Promise<void> {
  const { Plan: plan, ContainerSpecs } = spec;
  if (!plan) return;
  const then = plan.Revision === '' ? undefined : await ports.repository.resolve(plan.Revision, signal);
  if (plan.Revision !== '' && !then) {
    throw refusal(plan.Revision, ['that commit is no longer in the repository: was the branch rewritten?']);
  }
  const ids = [...ContainerSpecs.keys()];
  const before = then && (await containersInGit(ids, await ports.definitions.at(then, signal), signal));
  const now = await containersInGit(ids, state.definitions, signal);
  const lines: string[] = [];
  for (const [id, wishes] of ContainerSpecs) {
    const inGit = wishes.flatMap((wish) => movedInGit(id, wish, before, now));
    const commits = then && inGit.length > 0 ? await commitsSince(then, id, state, ports, signal) : [];
    const others = movedElsewhere(id, wishes, state, ports.images);
    lines.push(...[...inGit, ...commits, ...others].map((line) => `${id}: ${line}`));
  }
  if (lines.length > 0) throw refusal(plan.Revision, lines);
}

function refusal(revision: string, lines: readonly string[]): UserError {
  const since = revision === '' ? 'it was made' : `it was made at ${revision.slice(0, 7)}`;
  const told = lines.map((line) => `\n  ${line}`).join('');
  return new UserError(`the plan cannot be carried out: things have changed since ${since}${told}`, {
    help: 'Nothing was written. Make a new plan: fluxctl release … --dry-run -o json',
  });
}

function movedInGit(
  id: ResourceId,
  { container, current }: ContainerWish,
  before: ContainersById | undefined,
  now: ContainersById,
): string[] {
  const image = imageOf(now.get(id), container);
  const expected = before ? imageOf(before.get(id), container) : current;
  if (!image) return [`git does not define its container ${container}`];
  if (!expected || isSameImage(image, expected)) return [];
  const [is, was] = [writeImageRef(image), writeImageRef(expected)];
  return [`container ${container} has ${is} in git, where ${was} was expected`];
}

/** Those that touch the file in which the workload is written. */
async function commitsSince(
  then: CommitSha,
  id: ResourceId,
  { definitions }: PlanState,
  { repository }: PlanPorts,
  signal: AbortSignal,
): Promise<string[]> {
  const path = definitions.byId.get(id)?.manifest.source.path;
  const range = { from: then, to: definitions.revision };
  const commits = await repository.log(range, path === undefined ? [] : [path], signal);
  const told = commits.slice(0, commitsTold);
  const more = commits.length > told.length ? [`and ${commits.length - told.length} commits before it`] : [];
  return [...told.map(({ revision, subject }) => `commit ${revision.slice(0, 7)} ${subject}`), ...more];
}

function movedElsewhere(
  id: ResourceId,
  wishes: readonly ContainerWish[],
  { calculation, workloads }: PlanState,
  images: Pick<ImageRegistry, 'imagesOf'>,
): string[] {
  const live = workloads.running.get(id)?.containers;
  const changed = calculation.changes.find((change) => change.id === id)?.containers ?? [];
  const lines = wishes.flatMap(({ container, current, target }) => {
    const image = imageOf(live, container);
    const wanted = writeImageRef(target);
    if (image && current && !isSameImage(image, current)) {
      return [
        `container ${container} runs ${writeImageRef(image)}, where ${writeImageRef(current)} was expected`,
      ];
    }
    const repository = images.imagesOf(target);
    const tag = repository.state === 'scanned' ? repository.tag(target.tag).state : 'unseen';
    if (tag === 'unlisted' || tag === 'missing') return [`${wanted} is no longer in its registry`];
    const isDone = changed.length > 0 && !changed.some((one) => one.container === container);
    return isDone ? [`container ${container} has ${wanted} already`] : [];
  });
  const result = calculation.results[id];
  if (lines.length > 0 || result?.Status === 'success') return lines;
  return [result?.Error ?? 'not found in repository'];
}

function imageOf(containers: readonly NamedImage[] | undefined, container: string) {
  return containers?.find(({ name }) => name === container)?.image;
}
