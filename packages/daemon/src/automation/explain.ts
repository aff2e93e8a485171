import type { ContainerExplanation, Obstacle, WorkloadExplanation } from '@fluxctl/shared/api/types';
import { FluxError } from '@fluxctl/shared/errors';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import { type Freeze, freezeEnd } from '@fluxctl/shared/policy/freeze';
import { isSet, type Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { printTimestamp, timestampOf } from '@fluxctl/shared/timestamp';
import type { NamedImage } from '../manifests/named-image.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import { type Choice, chooseImage } from './choose-image.ts';
import {
  type ContainerPolicy,
  holdPolicy,
  type PolicyProblem,
  readContainerPolicy,
} from './container-policy.ts';
import { freezeOf } from './poll.ts';
import { senselessSwitches, strayPolicies } from './workload-problems.ts';

export interface ExplainQuestion {
  readonly id: ResourceId;
  readonly containers: readonly NamedImage[];
  /** As git has them; undefined when git does not define the workload. */
  readonly policies: Policies | undefined;
  /** The daemon writes nothing to git. */
  readonly readonly: boolean;
  readonly now: Date;
  /** Of the whole daemon. */
  readonly freeze?: Freeze | undefined;
}

/** Why a workload was or was not updated, by the same functions that decide it. */
export function explainWorkload(
  question: ExplainQuestion,
  images: Pick<ImageRegistry, 'imagesOf'>,
): WorkloadExplanation {
  const { id, containers, now } = question;
  const policies = question.policies ?? {};
  const obstacles = workloadObstacles(question, policies);
  return {
    workload: id,
    policies,
    // What makes no sense is told, and is in nobody's way.
    obstacles: [...obstacles, ...senseless(policies, containers).map(badPolicy)],
    containers: containers.map(({ name, image }) => {
      const policy = readContainerPolicy(policies, name);
      const choice = chooseImage(image, policy, images.imagesOf(image), now);
      return explainContainer({ name, image }, policy, choice, obstacles.length > 0);
    }),
  };
}

function workloadObstacles(question: ExplainQuestion, policies: Policies): Obstacle[] {
  const { id } = question;
  if (question.policies === undefined) {
    const remedy = 'Commit its manifest under the paths that the daemon follows.';
    return [{ kind: 'not-in-git', reason: 'git does not define the workload', remedy }];
  }
  const found: Obstacle[] = [];
  const add = (kind: Obstacle['kind'], reason: string, remedy: string) =>
    found.push({ kind, reason, remedy });
  if (question.readonly)
    add('read-only', 'the daemon may not write to git', 'Run fluxd without --git-readonly.');
  if (!isSet(policies, 'automated')) add('not-automated', 'it is not automated', `fluxctl automate -w ${id}`);
  if (isSet(policies, 'locked')) add('locked', lockReason(policies), `fluxctl unlock -w ${id}`);
  if (isSet(policies, 'ignore')) {
    add('ignored', 'its manifest says fluxcd.io/ignore: "true"', 'Remove that annotation in git.');
  }
  const { freezes, problem } = freezeOf(policies, question);
  for (const freeze of freezes) {
    const end = freezeEnd(freeze, question.now);
    const until = end ? `until ${printTimestamp(timestampOf(end))}` : 'without an end';
    const setBy = freeze === question.freeze ? ' (--automation-freeze)' : '';
    add(
      'frozen',
      `frozen ${until} by ${freeze.text}${setBy}`,
      `fluxctl release --workload=${id} works all the same.`,
    );
  }
  if (problem) found.push(badPolicy(problem));
  return found;
}

function senseless(policies: Policies, containers: readonly NamedImage[]): PolicyProblem[] {
  const names = containers.map(({ name }) => name);
  return [...senselessSwitches(policies), ...strayPolicies(policies, names)];
}

function badPolicy({ policy, message }: PolicyProblem): Obstacle {
  return { kind: 'bad-policy', reason: message, remedy: `Correct the annotation fluxcd.io/${policy}.` };
}

function lockReason(policies: Policies): string {
  const { locked_user: user, locked_msg: message } = policies;
  return `locked${user ? ` by ${user}` : ''}${message ? `: ${message}` : ''}`;
}

function explainContainer(
  { name, image }: NamedImage,
  policy: ContainerPolicy,
  choice: Choice,
  kept: boolean,
): ContainerExplanation {
  return {
    name,
    image: writeImageRef(image),
    pattern: policy.pattern.text,
    order: policy.order,
    next: choice.outcome === 'update' && !kept ? choice.to.tag : '',
    obstacles: [...policy.problems.map(badPolicy), ...choiceObstacles(choice, image)],
    candidates: choice.candidates.map(({ tag, createdAt, verdict, reason }) => ({
      tag,
      createdAt: printTimestamp(createdAt),
      verdict,
      reason: verdict === 'held' ? `by the annotation fluxcd.io/${holdPolicy(name)}` : reason,
    })),
  };
}

function choiceObstacles(choice: Choice, image: NamedImage['image']): Obstacle[] {
  switch (choice.outcome) {
    case 'update':
    case 'keep':
      return [];
    case 'unknown': {
      const { message, cause, help } = choice.error;
      const remedy = help.trim() || 'fluxctl registry tells when it was and will be scanned.';
      if (!(cause instanceof FluxError)) return [{ kind: 'not-scanned', reason: message, remedy }];
      const reason = `the registry cannot be read: ${cause.message}`;
      return [{ kind: 'registry', reason, remedy: cause.help.trim() || remedy }];
    }
    case 'skip':
      if (image.sha256 !== '' && image.tag === '') {
        const remedy = 'Write a tag before the digest, or set fluxcd.io/pin.<container>: digest.';
        return [{ kind: 'pinned', reason: choice.warning, remedy }];
      }
      return [{ kind: 'registry', reason: choice.warning, remedy: skipRemedy(choice.lacking) }];
    default:
      return choice satisfies never;
  }
}

function skipRemedy(lacking: readonly string[]): string {
  if (lacking.length > 0)
    return 'The next scan brings what is missing; fluxctl registry tells where it cannot.';
  return 'A semver pattern decides without build times.';
}
