import { posix } from 'node:path';

/** Longest source file in lines; tests may be longer, since a table is not hard to read. */
const longest = { source: 400, test: 700 };

/** Names that others have settled. */
const settledNames = new Set(['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md', 'Dockerfile']);

const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

/** What must stand in no file, and why. Built from parts where this file would match itself. */
const unwanted: readonly { readonly pattern: RegExp; readonly because: string }[] = [
  {
    pattern: new RegExp(`\\b(${'TO'}DO|${'FIX'}ME|${'HA'}CK)\\b`),
    because: 'unfinished work is an issue, not a comment',
  },
  { pattern: new RegExp(`not ${'implemented'}`, 'i'), because: 'what is not there is not offered' },
  { pattern: /(?<![\w.-])\/(?:work|home|Users)\/[a-z]/, because: 'a path of one machine' },
  {
    pattern: new RegExp(`${'registry'}\\.(?:npmjs|yarnpkg|npmmirror)|proxy\\.golang|${'deb'}\\.debian`, 'i'),
    because: 'where packages come from is a setting of the machine',
  },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=]/, because: 'a private key' },
];

/** Only a lock file names these; there they would bind everyone to one machine's mirror. */
const lockFileUrl = /\b(?:tarball|resolved):? *"?https?:/;

/** What is wrong with the repository's files as files: their names, sizes, leftovers. One line each. */
export function findFileViolations(files: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = [];
  for (const [path, text] of files) {
    for (const part of path.split('/')) {
      if (!kebabCase.test(part) && !settledNames.has(part))
        found.push(`${path}: '${part}' is not kebab-case`);
    }
    for (const { pattern, because } of unwanted) {
      const match = pattern.exec(text);
      if (match) found.push(`${path}:${lineOf(text, match.index)}: ${because}: ${match[0].split('\n')[0]}`);
    }
    if (posix.basename(path) === 'pnpm-lock.yaml' && lockFileUrl.test(text)) {
      found.push(`${path}: names a registry`);
    }
    const limit = path.endsWith('.test.ts') ? longest.test : longest.source;
    const lines = path.endsWith('.ts') && !path.includes('/generated/') ? lineOf(text, text.length) - 1 : 0;
    if (lines > limit) found.push(`${path}: ${lines} lines; more than ${limit} are no longer one purpose`);
  }
  return found;
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
