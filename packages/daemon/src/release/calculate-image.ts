import type { ImageUpdate, WorkloadResult } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import {
  allLatest,
  canonicalName,
  type ImageRef,
  parseImageRef,
  withTag,
  writeImageRef,
} from '@fluxctl/shared/images/image-ref';
import { anyTag, parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { withDigest } from '../automation/choose-image.ts';
import { asAskedFor, type ContainerPolicy, readContainerPolicy } from '../automation/container-policy.ts';
import type { Lacking } from '../automation/poll.ts';
import { rankCandidates } from '../automation/rank-candidates.ts';
import type { NamedImage } from '../manifests/named-image.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import { createBreather } from '../waiting/breather.ts';
import {
  type Calculation,
  type ContainerChange,
  calculation,
  succeeded,
  type WorkloadChange,
} from './calculation.ts';
import {
  failed,
  ignored,
  notInRepository,
  type SelectedWorkload,
  selectWorkloads,
  skipped,
} from './select-workloads.ts';
import type { Workloads } from './workloads.ts';

export const allWorkloads = '<all>';

type Images = Pick<ImageRegistry, 'imagesOf'>;

/**
 * What a release of images changes: each container of the chosen workloads gets the newest image that
 * its pattern lets through, or the one that is asked for. Others have their turns meanwhile: a thousand
 * repositories of a thousand tags take seconds.
 * @throws {UserError} when the image that is asked for does not exist, or an id is none
 */
export async function calculateImageRelease(
  spec: ImageUpdate,
  workloads: Workloads,
  images: Images,
  now: Date,
): Promise<Calculation> {
  const named = namedWorkloads(spec);
  const wanted = spec.ImageSpec === allLatest ? undefined : parseImageRef(spec.ImageSpec);
  if (wanted) requireImage(wanted, images);
  const { results, selected } = selectWorkloads(workloads, {
    include: named,
    exclude: new Set((spec.Excludes ?? []).map(parseResourceId)),
    image: wanted,
    obeyLocks: !(spec.Force && named),
  });
  for (const [id, result] of notInRepository(named ?? [], workloads)) results.set(id, result);

  const question = {
    wanted,
    disregardPatterns: spec.Force && wanted !== undefined,
    // Who asks for the newest of everything has not asked for what failed before.
    obeyHolds: wanted === undefined && named === undefined,
    images,
    now,
  };
  const changes: WorkloadChange[] = [];
  const lacking: Lacking[] = [];
  const breathe = createBreather();
  for (const workload of selected) {
    await breathe();
    const { result, containers } = releaseWorkload(workload, question, lacking);
    results.set(workload.git.id, result);
    if (containers.length > 0) changes.push({ id: workload.git.id, containers });
  }
  return calculation(results, changes, lacking);
}

/** The workloads that are asked for by name; undefined for all of them. */
function namedWorkloads({ ServiceSpecs }: ImageUpdate): ReadonlySet<string> | undefined {
  if (ServiceSpecs.length === 0 || ServiceSpecs.includes(allWorkloads)) return undefined;
  return new Set(ServiceSpecs.map(parseResourceId));
}

function requireImage(wanted: ImageRef, images: Images): void {
  const repository = images.imagesOf(wanted);
  const state = repository.state === 'scanned' ? repository.tag(wanted.tag) : undefined;
  if (state && state.state !== 'unlisted' && state.state !== 'missing' && state.state !== 'excluded') return;
  throw new UserError(`image ${JSON.stringify(writeImageRef(wanted))} does not exist: invalid image ID`, {
    help: `The daemon knows no such image${whyNot(repository, state)}. See: fluxctl registry`,
  });
}

function whyNot(
  repository: ReturnType<Images['imagesOf']>,
  state: ReturnType<Extract<typeof repository, { state: 'scanned' }>['tag']> | undefined,
): string {
  if (repository.state === 'unknown') return `: ${repository.error.message}`;
  return state?.state === 'excluded' ? `: ${state.reason}` : '';
}

interface Question {
  /** Undefined: the newest. */
  readonly wanted: ImageRef | undefined;
  readonly disregardPatterns: boolean;
  readonly obeyHolds: boolean;
  readonly images: Images;
  readonly now: Date;
}

/** What is left of a container that is not changed; that of the last container speaks for the workload. */
type Unchanged = 'up to date' | 'unused' | 'not found';

function releaseWorkload(
  { git, live }: SelectedWorkload,
  question: Question,
  lacking: Lacking[],
): { readonly result: WorkloadResult; readonly containers: readonly ContainerChange[] } {
  if (live.containersError !== undefined) return { result: failed(live.containersError), containers: [] };
  const containers: ContainerChange[] = [];
  let unchanged: Unchanged = 'unused';
  for (const container of live.containers) {
    const own = readContainerPolicy(git.policies, container.name);
    const policy = question.disregardPatterns ? { ...own, pattern: parseTagPattern(anyTag) } : own;
    const asked = asAskedFor(policy);
    const held = question.obeyHolds ? policy.held : asked.held;
    const next = nextImage(container, { ...asked, held }, question);
    if (typeof next === 'string') unchanged = next;
    else if ('lacking' in next) {
      unchanged = 'not found';
      lacking.push({ name: container.image, tags: next.lacking });
    } else {
      const liftsHold = own.held.includes(next.to.tag);
      containers.push({ container: container.name, from: container.image, to: next.to, liftsHold });
    }
  }
  return { result: containers.length > 0 ? succeeded(containers) : unchangedResult(unchanged), containers };
}

function unchangedResult(unchanged: Unchanged): WorkloadResult {
  switch (unchanged) {
    case 'up to date':
      return skipped('image(s) up to date');
    case 'unused':
      return ignored('does not use image(s)');
    case 'not found':
      return skipped('cannot find one or more images');
    default:
      return unchanged satisfies never;
  }
}

function nextImage(
  { image: current }: NamedImage,
  policy: ContainerPolicy,
  { wanted, images, now }: Question,
): Unchanged | { readonly lacking: readonly string[] } | { readonly to: ImageRef } {
  const repository = images.imagesOf(current);
  const asked = wanted && canonicalName(wanted) === canonicalName(current);
  const none: Unchanged = asked ? 'not found' : 'unused';
  if ((wanted && !asked) || repository.state === 'unknown') return none;

  let tag: string;
  if (wanted) {
    if (!policy.pattern.matches(wanted.tag)) return none;
    tag = wanted.tag;
  } else {
    const { best, lacking } = rankCandidates(repository, policy, now);
    if (lacking.length > 0) return { lacking };
    if (!best) return none;
    tag = best.tag;
  }
  if (current.sha256 === '' && !policy.pin) {
    return tag === current.tag ? 'up to date' : { to: withTag(current, tag) };
  }
  const state = repository.tag(tag);
  if (state.state !== 'known' || state.image.tagDigest === '') return { lacking: [tag] };
  const to = withDigest(current, state.image);
  if (!to) return 'not found';
  return writeImageRef(to) === writeImageRef(current) ? 'up to date' : { to };
}
