import type { ContainerExplanation, ImageCandidate } from '@fluxctl/shared/api/types';
import { printImageName, tryParseImageRef } from '@fluxctl/shared/images/image-ref';

/** Newer images that are passed over, and what would change that. */
export interface WayOut {
  /** `1.0.3 is held` */
  readonly passedOver: string;
  /** A command line. */
  readonly remedy: string;
}

/**
 * What would bring a newer image than the one that is current or comes next.
 * @param workload - its id
 */
export function waysOut(workload: string, container: ContainerExplanation): WayOut[] {
  const { name, pattern } = container;
  const newer = newerOnes(container.candidates);
  const policy = `fluxctl policy -w ${workload}`;
  const of = (verdict: ImageCandidate['verdict']) =>
    newer.filter((one) => one.verdict === verdict).map(({ tag }) => tag);
  const ways: WayOut[] = [];
  const foreign = of('no-match').filter((tag) => tag.toLowerCase() !== 'latest');
  if (foreign.length > 0) {
    const verb = foreign.length === 1 ? 'does' : 'do';
    ways.push({
      passedOver: `${listed(foreign)} ${verb} not match ${pattern}`,
      remedy: `${policy} --tag '${name}=PATTERN'`,
    });
  }
  const young = of('too-young');
  if (young.length > 0) {
    ways.push({
      passedOver: `${listed(young)} ${be(young)} too young`,
      remedy: `${policy} --unset min-age.${name}`,
    });
  }
  const held = of('held');
  if (held.length > 0) {
    const image = `${repositoryOf(container)}:${held[0]}`;
    ways.push({
      passedOver: `${listed(held)} ${be(held)} held`,
      remedy: `fluxctl release --workload=${workload} --update-image=${image}`,
    });
  }
  const unknown = of('no-metadata');
  if (unknown.length > 0) {
    ways.push({ passedOver: `of ${listed(unknown)} too little is known`, remedy: 'fluxctl registry' });
  }
  return ways;
}

/** Those before the current image, or the one that is taken. */
function newerOnes(candidates: readonly ImageCandidate[]): readonly ImageCandidate[] {
  const end = candidates.findIndex(({ verdict }) => verdict === 'current' || verdict === 'taken');
  return end < 0 ? candidates : candidates.slice(0, end);
}

function listed([first = '', second, ...more]: readonly string[]): string {
  if (second === undefined) return first;
  return more.length === 0 ? `${first} and ${second}` : `${first} and ${more.length + 1} more`;
}

function be({ length }: readonly string[]): string {
  return length === 1 ? 'is' : 'are';
}

function repositoryOf({ image }: ContainerExplanation): string {
  const ref = tryParseImageRef(image);
  return ref ? printImageName(ref) : image;
}
