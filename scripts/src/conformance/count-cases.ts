import { casesOf, type Document, documents } from './cases.ts';

/** How far a document is covered by tests. */
export interface Coverage {
  readonly document: Document;
  readonly done: readonly string[];
  readonly left: readonly string[];
}

const marker = /\[(cli|api|daemon|manifests) ([A-Z]?\d+)\]/g;

/**
 * Which cases are named in the titles of tests, as `[cli 16]`.
 * @param files - texts of test files by path
 * @returns problems: numbers that no document has, as `path: [cli 99]`
 */
export function countCases(files: ReadonlyMap<string, string>): {
  readonly coverage: readonly Coverage[];
  readonly problems: readonly string[];
} {
  const named = new Set<string>();
  const known = new Set(documents.flatMap((one) => casesOf(one).map((number) => `${one} ${number}`)));
  const problems: string[] = [];
  for (const [path, text] of files) {
    for (const [written, document, number] of text.matchAll(marker)) {
      const name = `${document} ${number}`;
      named.add(name);
      if (!known.has(name)) problems.push(`${path}: ${written}`);
    }
  }
  const coverage = documents.map((document) => {
    const cases = casesOf(document);
    const isDone = (number: string): boolean => named.has(`${document} ${number}`);
    return { document, done: cases.filter(isDone), left: cases.filter((number) => !isDone(number)) };
  });
  return { coverage, problems: [...new Set(problems)] };
}

/** `1-3, 7, L2-L4`. */
export function printRanges(numbers: readonly string[]): string {
  const ranges: { readonly first: string; last: string }[] = [];
  for (const number of numbers) {
    const open = ranges.at(-1);
    if (open && number === next(open.last)) open.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(', ');
}

function next(number: string): string {
  const [, group = '', digits = ''] = /^([A-Z]?)(\d+)$/.exec(number) ?? [];
  return `${group}${Number(digits) + 1}`;
}
