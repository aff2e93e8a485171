import { MissingError } from '@fluxctl/shared/errors';
import type { ImageRegistry } from './image-registry.ts';

/** Where no registry is scanned: nothing is known of any image, and nobody is asked. */
export function noImages(why: string): ImageRegistry {
  const unknown = { state: 'unknown', error: new MissingError(`item not in cache: ${why}`) } as const;
  return {
    imagesOf: () => unknown,
    fetchTags: async () => unknown,
    watch: () => () => undefined,
    scanNext: () => false,
    status: () => [],
  };
}
