import type { MissingError } from '@fluxctl/shared/errors';
import { type ImageRef, printImageRef, withTag, writeImageRef } from '@fluxctl/shared/images/image-ref';
import { printGoTime, type Timestamp, zeroTime } from '@fluxctl/shared/timestamp';
import type { RepositoryImages, ScannedRepository } from '../registry/image-registry.ts';
import type { ContainerPolicy } from './container-policy.ts';
import { orderTags } from './order-tags.ts';
import { type Candidate, type Ranking, rankCandidates } from './rank-candidates.ts';

/** What automation does with one container, and what it looked at. */
export type Choice = Decision & {
  /** All tags, the newest first; empty while the repository is unknown. */
  readonly candidates: readonly Candidate[];
};

export type Decision =
  | { readonly outcome: 'update'; readonly to: ImageRef; readonly reason: string }
  /** The current image is the one to have, or no tag may be taken. */
  | { readonly outcome: 'keep'; readonly reason: string }
  /** The container is left alone, with a warning for the log; in Flux v1's words where it has some. */
  | {
      readonly outcome: 'skip';
      readonly warning: string;
      /** Further fields of the warning's line. */
      readonly fields: Readonly<Record<string, string>>;
      /** Tags of which to ask the registry; then the choice may be made again. */
      readonly lacking: readonly string[];
    }
  /** Nothing is known of the repository; the error is the registry's. */
  | { readonly outcome: 'unknown'; readonly error: MissingError };

/**
 * Decides which image a container is to have.
 * @param current - as it is written, or as it runs
 */
export function chooseImage(
  current: ImageRef,
  policy: ContainerPolicy,
  images: RepositoryImages,
  now: Date,
): Choice {
  if (images.state === 'unknown') return { outcome: 'unknown', error: images.error, candidates: [] };
  const ranking = rankCandidates(images, policy, now);
  const decision = decide(current, policy, images, ranking);
  return { ...decision, candidates: verdictsFor(current, policy, ranking, decision) };
}

function decide(
  current: ImageRef,
  policy: ContainerPolicy,
  repository: ScannedRepository,
  { candidates, best, lacking }: Ranking,
): Decision {
  const [missing] = lacking;
  if (missing !== undefined) return lacksMetadata(missing, lacking);
  if (!best) return { outcome: 'keep', reason: 'no image may be taken' };
  const at = candidates.findIndex(({ tag }) => tag === current.tag);
  if (candidates[at]?.verdict === 'too-young' && candidates.indexOf(best) > at) {
    // Somebody released it by hand; a minimum age is about taking an image, not about taking it away.
    return { outcome: 'keep', reason: `than ${current.tag}, which is there already` };
  }
  const writesDigest = policy.pin || current.sha256 !== '';
  if (!writesDigest && best.tag === current.tag) {
    return { outcome: 'keep', reason: 'it is the newest that may be taken' };
  }
  if (best.tag === '') return skip('untagged image in available images');
  if (current.sha256 !== '' && current.tag === '' && !policy.pin) {
    return skip('image is pinned by its digest alone');
  }
  if (writesDigest && best.tagDigest === '') return lacksMetadata(best.tag, [best.tag]);

  const currentTime = timeOf(repository, current);
  const sameTag = best.tag === current.tag;
  if (!sameTag && policy.order === 'created' && policy.downgrade !== 'allowed') {
    if (currentTime === zeroTime || best.createdAt === zeroTime) {
      return skip('image with zero created timestamp', {
        current: `${printImageRef(current)} (${printGoTime(currentTime)})`,
        latest: `${printImageRef({ ...current, tag: best.tag, sha256: '' })} (${printGoTime(best.createdAt)})`,
      });
    }
  }
  if (
    policy.downgrade === 'forbidden' &&
    !sameTag &&
    !isAbove(best, { tag: current.tag, createdAt: currentTime }, policy)
  ) {
    return {
      outcome: 'keep',
      reason: `${best.tag} comes before the current image, and allow-downgrade is false`,
    };
  }
  const to = writesDigest ? withDigest(current, best) : withTag(current, best.tag);
  if (!to) return skip(`the digest of ${best.tag} is none of sha256`);
  if (writeImageRef(to) === writeImageRef(current)) {
    return { outcome: 'keep', reason: 'it is the newest that may be taken' };
  }
  const times = `latest ${best.tag} (${printGoTime(best.createdAt)}) > current ${current.tag} (${printGoTime(currentTime)})`;
  return { outcome: 'update', to, reason: times };
}

/** The image of a candidate, its digest written behind the tag; undefined for a digest of another kind. */
export function withDigest(
  current: ImageRef,
  { tag, tagDigest }: Pick<Candidate, 'tag' | 'tagDigest'>,
): ImageRef | undefined {
  const sha256 = /^sha256:([0-9a-f]+)$/.exec(tagDigest)?.[1];
  return sha256 === undefined ? undefined : { ...current, tag, sha256 };
}

function lacksMetadata(tag: string, lacking: readonly string[]): Decision {
  const missing = `missing metadata for image tag ${JSON.stringify(tag)}`;
  return skip(`inconsistent repository metadata: ${missing}`, {}, lacking);
}

function skip(
  warning: string,
  fields: Readonly<Record<string, string>> = {},
  lacking: readonly string[] = [],
): Decision {
  return { outcome: 'skip', warning, fields, lacking };
}

/** Zero also for an image that is not listed, and for one that is named by its digest alone. */
function timeOf(repository: ScannedRepository, { tag }: ImageRef): Timestamp {
  if (tag === '') return zeroTime;
  const state = repository.tag(tag);
  return state.state === 'known' ? state.image.createdAt : zeroTime;
}

function isAbove(
  best: Candidate,
  current: { tag: string; createdAt: Timestamp },
  policy: ContainerPolicy,
): boolean {
  return orderTags([best, current], policy)[0]?.tag === best.tag;
}

/** The ranking's verdicts, seen from the current image: what is not taken after all was not the newest. */
function verdictsFor(
  current: ImageRef,
  policy: ContainerPolicy,
  { candidates }: Ranking,
  decision: Decision,
): Candidate[] {
  return candidates.map((candidate) => {
    if (candidate.tag === current.tag) {
      const repushed = decision.outcome === 'update' && decision.to.tag === current.tag;
      if (repushed) return { ...candidate, reason: 'the tag names another image now' };
      const outside = candidate.verdict === 'no-match' || candidate.verdict === 'held';
      const reason =
        outside && candidate.verdict === 'no-match' ? `does not match ${policy.pattern.text}` : '';
      return { ...candidate, verdict: 'current', reason: candidate.verdict === 'held' ? 'held' : reason };
    }
    if (candidate.verdict !== 'taken' || decision.outcome === 'update') return candidate;
    if (decision.outcome === 'skip')
      return { ...candidate, verdict: 'no-metadata', reason: decision.warning };
    return { ...candidate, verdict: 'older', reason: decision.outcome === 'keep' ? decision.reason : '' };
  });
}
