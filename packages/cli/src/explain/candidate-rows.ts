import type { ImageCandidate } from '@fluxctl/shared/api/types';
import { createdText } from '../images/created-text.ts';
import type { Paint } from '../output/paint.ts';

/** How people say what became of an image; of several, where that is not the same. */
const words: Readonly<Record<ImageCandidate['verdict'], readonly [one: string, several: string]>> = {
  taken: ['taken', 'taken'],
  current: ['current', 'current'],
  older: ['older', 'older'],
  'no-match': ['does not match', 'do not match'],
  excluded: ['excluded', 'excluded'],
  'no-metadata': ['without metadata', 'without metadata'],
  'too-young': ['too young', 'too young'],
  held: ['held', 'held'],
};

export interface CandidateOptions {
  /** How many to show; 0 for all. */
  readonly limit: number;
  /** Nothing is written, whatever is taken. */
  readonly kept: boolean;
  readonly paint: Paint;
}

/** A line of the table, or how many lines are left out in its place. */
export type CandidateRow =
  | { readonly cells: readonly [tag: string, created: string, verdict: string, reason: string] }
  | { readonly omitted: string };

/**
 * The first candidates, and wherever they are the current one and the one that is taken; what is left
 * out is counted by what became of it.
 */
export function candidateRows(
  candidates: readonly ImageCandidate[],
  { limit, kept, paint }: CandidateOptions,
): CandidateRow[] {
  const rows: CandidateRow[] = [];
  let omitted: ImageCandidate[] = [];
  const tellOmitted = (): void => {
    if (omitted.length > 0) rows.push({ omitted: paint.faint(countText(omitted)) });
    omitted = [];
  };
  for (const [at, candidate] of candidates.entries()) {
    const { tag, createdAt, verdict, reason } = candidate;
    const isMeant = verdict === 'current' || verdict === 'taken';
    if (limit > 0 && at >= limit && !isMeant) {
      omitted.push(candidate);
      continue;
    }
    tellOmitted();
    const word = kept && verdict === 'taken' ? 'would be taken' : wordFor(verdict, 1);
    rows.push({ cells: [tag, createdText(createdAt), colourOf(verdict, paint)(word), reason] });
  }
  tellOmitted();
  return rows;
}

/** A newer daemon may know further verdicts. */
function wordFor(verdict: ImageCandidate['verdict'], count: number): string {
  return words[verdict]?.[count === 1 ? 0 : 1] ?? verdict;
}

function colourOf(verdict: ImageCandidate['verdict'], paint: Paint): (text: string) => string {
  if (verdict === 'taken' || verdict === 'current') return paint.good;
  return verdict === 'older' || verdict === 'no-match' ? paint.faint : paint.doubtful;
}

/** `… 27 more: 20 older, 7 do not match`. */
function countText(candidates: readonly ImageCandidate[]): string {
  const groups = Map.groupBy(candidates, ({ verdict }) => verdict);
  const counts = [...groups].map(([verdict, { length }]) => `${length} ${wordFor(verdict, length)}`);
  return `… ${candidates.length} more: ${counts.join(', ')}`;
}
