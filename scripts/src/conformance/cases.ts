/** The documents that say how Flux v1.25.4 behaves, and their numbered cases. */
export const documents = ['cli', 'api', 'daemon', 'manifests'] as const;
export type Document = (typeof documents)[number];

/** How many cases each group has; they are numbered from 1. A group's name stands before its numbers. */
const groups: Readonly<Record<Document, Readonly<Record<string, number>>>> = {
  cli: { '': 42 },
  api: { '': 52 },
  daemon: { '': 77 },
  // Loading, policies, tag patterns, references, edits, releases (calculation), automation, config, registry.
  manifests: { L: 15, P: 14, T: 14, R: 7, E: 10, C: 20, A: 4, G: 11, K: 11 },
};

/** All cases of a document, in its order: `1`, `2`, … or `L1`, … */
export function casesOf(document: Document): readonly string[] {
  return Object.entries(groups[document]).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, index) => `${group}${index + 1}`),
  );
}
