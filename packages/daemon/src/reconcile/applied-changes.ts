import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { AppliedChanges, ChangedObject, DefinedObject } from '../manifests/applied-changes.ts';
import type { Definitions } from './definitions.ts';
import type { Wanted } from './wanted.ts';

/** What a pass brought, as those see it who know nothing of passes. No body is read for it. */
export function appliedChanges({
  before,
  now,
  changed,
  ...rest
}: Pick<AppliedChanges, 'commits' | 'notes' | 'isFirst'> & {
  /** What was applied before; undefined when that is not known. */
  readonly before: Definitions | undefined;
  readonly now: Definitions;
  /** Their definitions are new, or other than before. */
  readonly changed: readonly ResourceId[];
}): AppliedChanges {
  const applies = (wanted: Wanted | undefined): wanted is Wanted => wanted?.standing.kind === 'apply';
  const defined = ({ id, manifest }: Wanted): DefinedObject => ({
    id,
    manifest,
    images: (signal) => now.loaded.images(manifest, signal),
  });
  return {
    ...rest,
    revision: now.revision,
    changed: changed.flatMap((id): ChangedObject[] => {
      const [wanted, old] = [now.byId.get(id), before?.byId.get(id)];
      if (!before || !old || !applies(wanted)) return [];
      return [{ ...defined(wanted), imagesBefore: (signal) => before.loaded.images(old.manifest, signal) }];
    }),
    manifestOf(id) {
      const wanted = now.byId.get(id);
      return applies(wanted) ? wanted.manifest : undefined;
    },
    *all() {
      for (const wanted of now.wanted) if (applies(wanted)) yield defined(wanted);
    },
  };
}
