import { posix } from 'node:path';

/**
 * Links of Markdown documents that lead nowhere, as `path: target`. Addresses of other sites are not looked at.
 * @param documents - texts by path in the repository
 * @param exists - whether the repository has such a file or folder
 */
export function findDeadLinks(
  documents: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): readonly string[] {
  const dead: string[] = [];
  for (const [path, text] of documents) {
    for (const target of linksOf(text)) {
      if (/^[a-z]+:/i.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const found = file === '' ? path : posix.join(posix.dirname(path), file);
      const headings = documents.get(found);
      const isThere = headings !== undefined || exists(found);
      const hasAnchor = anchor === undefined || (headings !== undefined && anchorsOf(headings).has(anchor));
      if (!isThere || !hasAnchor) dead.push(`${path}: ${target}`);
    }
  }
  return dead;
}

function linksOf(text: string): readonly string[] {
  const links = withoutCode(text).matchAll(/\[[^\]]*\]\(([^)\s]+)[^)]*\)|\b(?:src|href)="([^"]+)"/g);
  return [...links].map(([, inline, html]) => inline ?? html ?? '');
}

/** As GitHub makes them out of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ +(.+)$/gm)].map(([, heading]) => heading ?? '');
  const slugs = new Set<string>();
  for (const heading of headings) {
    const plain = heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '');
    const slug = plain.trim().replace(/\s/g, '-');
    let unique = slug;
    for (let count = 1; slugs.has(unique); count++) unique = `${slug}-${count}`;
    slugs.add(unique);
  }
  return slugs;
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/`[^`\n]*`/g, '');
}

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/^ {4}.*$/gm, '');
}
