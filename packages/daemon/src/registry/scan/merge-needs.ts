import { canonicalName, type ImageName } from '@fluxctl/shared/images/image-ref';
import type { Logins } from '../credentials/logins.ts';
import type { ImageNeed } from '../image-registry.ts';
import { type Interest, patternKey } from './choose-tags.ts';

/** What all workloads together need of one repository. */
export interface MergedNeed extends Interest {
  readonly name: ImageName;
  readonly logins: Logins;
}

/** By canonical name: however a name is spelled, a repository is scanned once. Later logins count more. */
export function mergeNeeds(needs: readonly ImageNeed[]): Map<string, MergedNeed> {
  const merged = new Map<string, MergedNeed>();
  for (const { name, current, patterns, logins } of needs) {
    const canonical = canonicalName(name);
    const known = merged.get(canonical);
    const all = [...(known?.patterns ?? []), ...patterns];
    merged.set(canonical, {
      name: known?.name ?? name,
      current: new Set([...(known?.current ?? []), ...current]),
      patterns: [...new Map(all.map((pattern) => [patternKey(pattern), pattern])).values()],
      logins: known ? known.logins.merge(logins) : logins,
    });
  }
  return merged;
}
