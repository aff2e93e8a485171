/** The first seven digits of a commit id. */
export function shortRevision(revision: string): string {
  return revision.slice(0, 7);
}
