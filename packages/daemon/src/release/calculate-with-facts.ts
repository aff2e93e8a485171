import { errorMessage } from '@fluxctl/shared/errors';
import { decideWithFacts } from '../automation/decide-with-facts.ts';
import type { Logger } from '../log/logger.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import type { Calculation } from './calculation.ts';

/** How long a release waits for its registries, all in all, in milliseconds; then it goes by what is known. */
const patienceMs = 20_000;

/**
 * Calculates, asks the registries for what was lacking, and calculates again with what is known then.
 * @param calculate - reads what is known without waiting
 */
export function calculateWithFacts(
  calculate: () => Promise<Calculation>,
  { images, log }: { readonly images: Pick<ImageRegistry, 'fetchTags'>; readonly log: Logger },
  signal: AbortSignal,
): Promise<Calculation> {
  const onFailure = (image: string, error: unknown) => log.log({ err: errorMessage(error), image });
  return decideWithFacts(calculate, { images, onFailure }, patienceMs, signal);
}
