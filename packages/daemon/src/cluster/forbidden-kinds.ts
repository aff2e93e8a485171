import type { Logger } from '../log/logger.ts';
import { kindName, type ServedKind } from './served-kinds.ts';

/** Kinds that may not be listed, each told once, whoever finds out. */
export interface ForbiddenKinds {
  /** @param found - the kinds, with the API server's words */
  tell(found: readonly { readonly kind: ServedKind; readonly err: string }[]): void;
}

export function createForbiddenKinds(log: Logger): ForbiddenKinds {
  const told = new Set<string>();
  return {
    tell(found) {
      const fresh = found.filter(({ kind }) => !told.has(kindName(kind)));
      for (const { kind } of fresh) told.add(kindName(kind));
      const [first] = fresh;
      if (!first) return;
      const resources = fresh.map(({ kind }) => kind.plural).join(',');
      log.log({ warning: 'not allowed to list resources', err: first.err, resources });
    },
  };
}
