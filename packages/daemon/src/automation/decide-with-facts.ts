import { canonicalName } from '@fluxctl/shared/images/image-ref';
import type { ImageRegistry } from '../registry/image-registry.ts';
import { eachBounded } from '../waiting/each-bounded.ts';
import type { Lacking } from './poll.ts';

export interface FactPorts {
  readonly images: Pick<ImageRegistry, 'fetchTags'>;
  /** A registry could not be asked, or is slow. */
  readonly onFailure: (repository: string, error: unknown) => void;
}

const repositoriesAtOnce = 8;
/** Until nothing more is lacking; what one answer shows may ask for another. */
const maxRounds = 4;

/**
 * Decides, asks the registries for what was lacking, and decides again with what is known then.
 * @param decide - reads what is known without waiting
 * @param patienceMs - for all registries together; then it goes by what is known
 */
export async function decideWithFacts<T extends { readonly lacking: readonly Lacking[] }>(
  decide: () => Promise<T>,
  { images, onFailure }: FactPorts,
  patienceMs: number,
  signal: AbortSignal,
): Promise<T> {
  const late = AbortSignal.timeout(patienceMs);
  const either = AbortSignal.any([signal, late]);
  let decision = await decide();
  let asked = '';
  for (let round = 1; round <= maxRounds && decision.lacking.length > 0; round += 1) {
    const lacking = byRepository(decision.lacking);
    const question = JSON.stringify(lacking);
    // Asking again would bring no more.
    if (question === asked) break;
    asked = question;
    await eachBounded(
      lacking,
      repositoriesAtOnce,
      () => either.aborted,
      async ({ name, tags }) => {
        try {
          await images.fetchTags(name, tags, either);
        } catch (error) {
          if (!signal.aborted) onFailure(canonicalName(name), late.aborted ? late.reason : error);
        }
      },
    );
    signal.throwIfAborted();
    decision = await decide();
    if (late.aborted) break;
  }
  return decision;
}

/** Each repository once. */
function byRepository(lacking: readonly Lacking[]): Lacking[] {
  return [...Map.groupBy(lacking, ({ name }) => canonicalName(name)).values()].flatMap((some) => {
    const [first] = some;
    return first ? [{ name: first.name, tags: [...new Set(some.flatMap(({ tags }) => tags))].sort() }] : [];
  });
}
