import type { ImageCandidate } from '@fluxctl/shared/api/types';
import { type Timestamp, timestampOf, zeroTime } from '@fluxctl/shared/timestamp';
import type { ScannedRepository, TagState } from '../registry/image-registry.ts';
import type { ContainerPolicy } from './container-policy.ts';
import { type DatedTag, orderKey, orderTags } from './order-tags.ts';

/** A tag of the repository, and why it may or may not be taken. */
export interface Candidate extends DatedTag {
  readonly verdict: ImageCandidate['verdict'];
  /** Further words; may be empty. */
  readonly reason: string;
  /** `sha256:…` behind the tag; empty when unknown. */
  readonly tagDigest: string;
}

/** The tags of a repository by one container's policy. */
export interface Ranking {
  /** All tags, the newest first by the container's order. */
  readonly candidates: readonly Candidate[];
  /** The newest that may be taken: its verdict is `taken`; those behind it are `older`. */
  readonly best: Candidate | undefined;
  /** Tags whose facts have to be known first; while there are any, `best` may be the wrong one. */
  readonly lacking: readonly string[];
}

/**
 * Puts the tags in order, and finds the newest that may be taken.
 * @param now - for the age of images
 */
export function rankCandidates(repository: ScannedRepository, policy: ContainerPolicy, now: Date): Ranking {
  const dated = repository.tags.map((tag) => ({ ...datesOf(repository.tag(tag)), tag }));
  const candidates: Candidate[] = [];
  const lacking: string[] = [];
  let best: Candidate | undefined;
  for (const image of orderTags(dated, policy)) {
    const objection = objectTo(image, policy, now);
    if (objection) {
      candidates.push({ ...image, ...objection });
      if (objection.lacking && (best === undefined || policy.order === 'created')) lacking.push(image.tag);
      continue;
    }
    const candidate: Candidate = best
      ? { ...image, verdict: 'older', reason: `than ${best.tag}` }
      : { ...image, verdict: 'taken', reason: '' };
    best ??= candidate;
    candidates.push(candidate);
  }
  return { candidates, best, lacking };
}

type Facts = DatedTag & { readonly state: TagState; readonly tagDigest: string };

function datesOf(state: TagState): Omit<Facts, 'tag'> {
  return state.state === 'known'
    ? { state, createdAt: state.image.createdAt, tagDigest: state.image.tagDigest }
    : { state, createdAt: zeroTime, tagDigest: '' };
}

type Objection = Pick<Candidate, 'verdict' | 'reason'> & { readonly lacking?: true };

function objectTo(
  { tag, state, createdAt }: Facts,
  policy: ContainerPolicy,
  now: Date,
): Objection | undefined {
  if (!policy.pattern.matches(tag)) {
    const latest = tag.toLowerCase() === 'latest';
    return {
      verdict: 'no-match',
      reason: latest ? '`latest` is taken by the pattern glob:latest alone' : '',
    };
  }
  if (orderKey(tag, policy) === undefined) {
    return { verdict: 'no-match', reason: `it has no place in the order ${policy.order}` };
  }
  if (policy.held.includes(tag)) return { verdict: 'held', reason: '' };
  if (state.state === 'excluded') return { verdict: 'excluded', reason: state.reason };
  if (state.state === 'missing') {
    return { verdict: 'no-metadata', reason: 'the registry lists the tag, but has no image for it' };
  }
  const needsFacts = policy.order === 'created' || policy.minAgeMs > 0;
  if (needsFacts && state.state !== 'known') {
    return { verdict: 'no-metadata', reason: 'not fetched yet', lacking: true };
  }
  return policy.minAgeMs > 0 ? objectToAge(createdAt, policy.minAgeMs, now) : undefined;
}

function objectToAge(createdAt: Timestamp, minAgeMs: number, now: Date): Objection | undefined {
  if (createdAt === zeroTime) return { verdict: 'too-young', reason: 'nobody knows when it was built' };
  if (minAgeMs === Number.POSITIVE_INFINITY)
    return { verdict: 'too-young', reason: 'no image is old enough' };
  const ripe = Date.parse(createdAt) + minAgeMs;
  if (ripe <= now.getTime()) return undefined;
  return { verdict: 'too-young', reason: `until ${timestampOf(new Date(ripe)).slice(0, 19)}Z` };
}
