import { printImageName, writeImageRef } from '@fluxctl/shared/images/image-ref';
import { type Freeze, isFrozen } from '@fluxctl/shared/policy/freeze';
import { isSet, type Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { LogFields } from '../log/logger.ts';
import type { NamedImage } from '../manifests/named-image.ts';
import type { ImageRegistry, RepositoryImages } from '../registry/image-registry.ts';
import { chooseImage, type Decision } from './choose-image.ts';
import {
  type ContainerPolicy,
  type PolicyProblem,
  readContainerPolicy,
  readFreeze,
} from './container-policy.ts';
import { strayPolicies } from './workload-problems.ts';

/** A workload as the cluster runs it, with what git asks for it. */
export interface AutomatedWorkload {
  readonly id: ResourceId;
  readonly containers: readonly NamedImage[];
  /** As git has them. */
  readonly policies: Policies;
}

/** One change of an automated run; `spec` of an update of type `auto` is a list of them. */
export interface AutoChange {
  readonly WorkloadID: ResourceId;
  readonly Container: { readonly Name: string; readonly Image: string };
  readonly ImageID: string;
}

export interface AutoUpdate {
  readonly Changes: readonly AutoChange[];
}

export interface PollResult {
  readonly update: AutoUpdate;
  /** Lines of the log, one for every container that is updated or skipped. */
  readonly lines: readonly LogFields[];
  /** Annotations that make no sense; to be told once, not at each poll. */
  readonly problems: readonly (PolicyProblem & { readonly workload: ResourceId })[];
  /**
   * What has to be fetched before the containers that wait for it can be decided; and, where that is not
   * known, when an image was built that is taken or replaced, for the line that tells it.
   */
  readonly lacking: readonly Lacking[];
}

export interface Lacking {
  readonly name: NamedImage['image'];
  readonly tags: readonly string[];
}

/** Whether git asks that the daemon updates the workload. */
export function isCandidate(policies: Policies): boolean {
  return isAutomated(policies) && !isSet(policies, 'locked');
}

/** Whether it does, or will when a lock is gone. */
export function isAutomated(policies: Policies): boolean {
  return isSet(policies, 'automated') && !isSet(policies, 'ignore');
}

/**
 * What an automated run changes. No registry is waited for.
 * @param workloads - the candidates that the cluster has
 * @param freeze - of the whole daemon
 */
export function pollImages(
  workloads: readonly AutomatedWorkload[],
  images: Pick<ImageRegistry, 'imagesOf'>,
  at: { readonly now: Date; readonly freeze?: Freeze | undefined },
): PollResult {
  const changes: AutoChange[] = [];
  const lines: LogFields[] = [];
  const problems: (PolicyProblem & { workload: ResourceId })[] = [];
  const lacking: Lacking[] = [];
  for (const { id, containers, policies } of workloads) {
    const frozen = freezeOf(policies, at);
    const strays = strayPolicies(
      policies,
      containers.map(({ name }) => name),
    );
    for (const problem of [...(frozen.problem ? [frozen.problem] : []), ...strays]) {
      problems.push({ workload: id, ...problem });
    }
    for (const { name, image } of containers) {
      const policy = readContainerPolicy(policies, name);
      problems.push(...policy.problems.map((problem) => ({ workload: id, ...problem })));
      if (frozen.holds) continue;
      const known = images.imagesOf(image);
      const choice = chooseImage(image, policy, known, at.now);
      const line = logLine({ id, name, image }, policy, choice);
      if (line) lines.push(line);
      if (choice.outcome === 'skip' && choice.lacking.length > 0) {
        lacking.push({ name: image, tags: choice.lacking });
      }
      if (choice.outcome === 'update') {
        const unseen = [choice.to.tag, image.tag].filter((tag) => isUnseen(known, tag));
        if (unseen.length > 0) lacking.push({ name: image, tags: unseen });
        changes.push({
          WorkloadID: id,
          Container: { Name: name, Image: writeImageRef(image) },
          ImageID: writeImageRef(choice.to),
        });
      }
    }
  }
  return { update: { Changes: changes }, lines, problems: oncePerWorkload(problems), lacking };
}

function isUnseen(images: RepositoryImages, tag: string): boolean {
  return images.state === 'scanned' && images.tag(tag).state === 'unseen';
}

/** Whether nothing may be updated now, by the workload's own freeze or the daemon's. */
export function freezeOf(
  policies: Policies,
  { now, freeze }: { readonly now: Date; readonly freeze?: Freeze | undefined },
): { readonly holds: boolean; readonly freezes: readonly Freeze[]; readonly problem?: PolicyProblem } {
  const own = readFreeze(policies);
  const unreadable = own !== undefined && 'message' in own ? own : undefined;
  const freezes = [freeze, unreadable ? undefined : (own as Freeze | undefined)].filter(
    (one): one is Freeze => one !== undefined && isFrozen(one, now),
  );
  return {
    holds: unreadable !== undefined || freezes.length > 0,
    freezes,
    ...(unreadable ? { problem: unreadable } : {}),
  };
}

function logLine(
  { id, name, image }: { readonly id: ResourceId } & NamedImage,
  { pattern }: ContainerPolicy,
  decision: Decision,
): LogFields | undefined {
  const context = {
    workload: id,
    container: name,
    repo: printImageName(image),
    pattern: pattern.text,
    current: writeImageRef(image),
  };
  switch (decision.outcome) {
    case 'update':
      return {
        ...context,
        info: 'added update to automation run',
        new: writeImageRef(decision.to),
        reason: decision.reason,
      };
    case 'skip':
      return { ...context, warning: decision.warning, ...decision.fields, action: 'skip container' };
    case 'keep':
    case 'unknown':
      return undefined;
    default:
      return decision satisfies never;
  }
}

/** A workload's own annotations show up once for each of its containers. */
function oncePerWorkload<Problem extends PolicyProblem & { readonly workload: ResourceId }>(
  problems: readonly Problem[],
): Problem[] {
  return [...new Map(problems.map((one) => [`${one.workload} ${one.policy}`, one])).values()];
}
