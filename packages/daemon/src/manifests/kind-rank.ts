const ranks: ReadonlyMap<string, number> = new Map(
  [
    ['namespace'],
    ['customresourcedefinition', 'serviceaccount', 'clusterrole', 'role', 'persistentvolume', 'service'],
    [
      'resourcequota',
      'limitrange',
      'secret',
      'configmap',
      'rolebinding',
      'clusterrolebinding',
      'persistentvolumeclaim',
      'ingress',
    ],
    ['daemonset', 'deployment', 'replicationcontroller', 'replicaset', 'job', 'cronjob', 'statefulset'],
  ].flatMap((kinds, rank) => kinds.map((kind) => [kind, rank] as const)),
);

/** The rank of kinds that no other depends on, and of all that are not known. */
export const lastRank = 4;

/**
 * Flux v1's order of applying: kinds of rank 0 first, as what comes later may need them; deletes go
 * the other way.
 * @param kind - in any case
 */
export function kindRank(kind: string): number {
  return ranks.get(kind.toLowerCase()) ?? lastRank;
}

/** Orders objects for applying: by rank, then by name, so that two runs over one commit apply alike. */
export function compareForApply(
  a: { readonly kind: string; readonly name: string },
  b: { readonly kind: string; readonly name: string },
): number {
  return kindRank(a.kind) - kindRank(b.kind) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
