import type { ServedKind } from './served-kinds.ts';

/** What `--k8s-unsafe-exclude-resource` leaves out unless it is given. */
export const excludedByDefault = ['*metrics.k8s.io/*', 'webhook.certmanager.k8s.io/*', 'v1/Event'] as const;

/**
 * Whether a glob names the kind: on `group/version/` for a whole group version, or on
 * `group/version/Kind`; `*` is any text, `/` too.
 */
export function excludes(globs: readonly string[], { apiVersion, kind }: ServedKind): boolean {
  return globs.some((glob) => {
    const pattern = globToRegExp(glob);
    return pattern.test(`${apiVersion}/`) || pattern.test(`${apiVersion}/${kind}`);
  });
}

function globToRegExp(glob: string): RegExp {
  const pieces = glob.split('*').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`);
}
