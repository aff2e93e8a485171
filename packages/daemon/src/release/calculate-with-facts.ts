import { errorMessage } from '@fluxctl/shared/errors';
import { canonicalName } from '@fluxctl/shared/images/image-ref';
import type { Lacking } from '../automation/poll.ts';
import type { Logger } from '../log/logger.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import type { Calculation } from './calculation.ts';

/** Until no more facts are lacking, or asking for them brought nothing. */
const maxRounds = 4;
/** How long a release waits for its registries, all in all, in milliseconds; then it goes by what is known. */
const patienceMs = 20_000;

/**
 * Calculates, asks the registries for what was lacking, and calculates again with what is known then.
 * @param calculate - reads what is known without waiting
 */
export async function calculateWithFacts(
  calculate: () => Calculation,
  { images, log }: { readonly images: Pick<ImageRegistry, 'fetchTags'>; readonly log: Logger },
  signal: AbortSignal,
): Promise<Calculation> {
  const late = AbortSignal.timeout(patienceMs);
  let calculation = calculate();
  let asked = '';
  for (let round = 1; round <= maxRounds && calculation.lacking.length > 0 && !late.aborted; round += 1) {
    const lacking = byRepository(calculation.lacking);
    const question = JSON.stringify(lacking);
    if (question === asked) break;
    asked = question;
    await Promise.all(
      lacking.map(async ({ name, tags }) => {
        try {
          await images.fetchTags(name, tags, AbortSignal.any([signal, late]));
        } catch (error) {
          signal.throwIfAborted();
          log.log({
            err: late.aborted ? 'the registry is slow' : errorMessage(error),
            image: canonicalName(name),
          });
        }
      }),
    );
    calculation = calculate();
  }
  return calculation;
}

/** Each repository once. */
function byRepository(lacking: readonly Lacking[]): Lacking[] {
  return [...Map.groupBy(lacking, ({ name }) => canonicalName(name)).values()].flatMap((some) => {
    const [first] = some;
    return first ? [{ name: first.name, tags: [...new Set(some.flatMap(({ tags }) => tags))].sort() }] : [];
  });
}
