import type { IndexEntry, Platform } from './manifest.ts';

/**
 * The digest of the image for the first of these platforms that the index has; of several variants the one
 * that is nearest to the wanted one among those that run there.
 * @param wanted - in the order of preference; without a variant any will do, the usual one rather than others
 */
export function choosePlatform(
  entries: readonly IndexEntry[],
  wanted: readonly Platform[],
): string | undefined {
  for (const platform of wanted) {
    let best: { readonly digest: string; readonly distance: number } | undefined;
    for (const { digest, platform: offered } of entries) {
      const distance = distanceOf(offered, platform);
      if (distance !== undefined && (!best || distance < best.distance)) best = { digest, distance };
    }
    if (best) return best.digest;
  }
  return undefined;
}

/** In Flux v1's words. */
export function noPlatform(wanted: readonly Platform[]): string {
  const names = wanted.map(({ os, architecture, variant }) => [os, architecture, variant].join(' ').trim());
  return `no suitable manifest (${names.join(', ')}) in manifestlist`;
}

const tooNew = 1_000;

/** 0 for the same; undefined when it does not run there. */
function distanceOf(offered: Platform, wanted: Platform): number | undefined {
  if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return undefined;
  const [has, needs] = [levelOf(offered), levelOf(wanted)];
  if (has === undefined || needs === undefined) {
    if (offered.variant === wanted.variant) return 0;
    return wanted.variant === '' ? tooNew : undefined;
  }
  if (has <= needs) return needs - has;
  return wanted.variant === '' ? tooNew + has : undefined;
}

/** What no variant means, as containerd has it; a machine runs what is made for its own level or a lower one. */
const usualLevels: ReadonlyMap<string, number> = new Map([
  ['arm', 7],
  ['arm64', 8],
  ['amd64', 1],
]);

function levelOf({ architecture, variant }: Platform): number | undefined {
  if (variant === '') return usualLevels.get(architecture) ?? 0;
  const level = /^v(\d{1,3})$/.exec(variant)?.[1];
  return level === undefined ? undefined : Number(level);
}
