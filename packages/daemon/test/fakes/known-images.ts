import { MissingError } from '@fluxctl/shared/errors';
import { canonicalName, type ImageName, parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import type { RepositoryImages, TagState } from '../../src/registry/image-registry.ts';

/** What is known of a tag: when its image was built (empty: nobody knows), or why nothing is. */
export type Known = string | { readonly state: 'missing' | 'unseen' } | { readonly excluded: string };

/** A repository as a scan leaves it. */
export function scanned(tags: Readonly<Record<string, Known>>): RepositoryImages {
  const states = new Map(Object.entries(tags).map(([tag, known]) => [tag, stateOf(tag, known)]));
  return {
    state: 'scanned',
    tags: [...states.keys()],
    scannedAt: zeroTime,
    version: states,
    tag: (tag) => states.get(tag) ?? { state: 'unlisted' },
    images: () => [...states.values()].flatMap((state) => (state.state === 'known' ? [state.image] : [])),
  };
}

/** Repositories by any spelling of their names; all others are unknown. */
export function knownImages(repositories: Readonly<Record<string, Readonly<Record<string, Known>>>>): {
  imagesOf(name: ImageName): RepositoryImages;
} {
  const byName = new Map(
    Object.entries(repositories).map(([name, tags]) => [canonicalName(parseImageRef(name)), scanned(tags)]),
  );
  return { imagesOf: (name) => byName.get(canonicalName(name)) ?? unknownRepository };
}

export const unknownRepository: RepositoryImages = {
  state: 'unknown',
  error: new MissingError('item not in cache'),
};

function stateOf(tag: string, known: Known): TagState {
  if (typeof known !== 'string') {
    return 'excluded' in known ? { state: 'excluded', reason: known.excluded } : known;
  }
  const createdAt =
    known === '' ? zeroTime : parseTimestamp(known.length === 10 ? `${known}T00:00:00Z` : known);
  if (createdAt === undefined) throw new Error(`no time: ${known}`);
  const hex = Buffer.from(`${tag}@${known}`).toString('hex').padEnd(64, '0').slice(0, 64);
  return {
    state: 'known',
    image: {
      tag,
      createdAt,
      tagDigest: `sha256:${hex}`,
      digest: '',
      imageId: '',
      labels: {},
      lastFetched: zeroTime,
    },
  };
}
