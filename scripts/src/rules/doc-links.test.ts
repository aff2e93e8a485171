import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDeadLinks } from './doc-links.ts';
import { readTrackedFiles, repositoryRoot } from './tracked-files.ts';

describe('links in the documents', () => {
  it('lead somewhere', () => {
    const documents = readTrackedFiles((path) => path.endsWith('.md'));
    expect(documents.size).toBeGreaterThan(5);
    expect(findDeadLinks(documents, (path) => existsSync(join(repositoryRoot, path)))).toEqual([]);
  });

  it('every page of the docs can be reached from the README', () => {
    const documents = readTrackedFiles((path) => path.endsWith('.md'));
    const readme = documents.get('README.md') ?? '';
    const pages = [...documents.keys()].filter((path) => path.startsWith('docs/'));
    expect(pages.filter((path) => !readme.includes(`(${path})`))).toEqual([]);
  });

  const text = '# One: `a` & b\n## Two\n';
  it.each([
    ['[x](docs/b.md)', []],
    ['[x](docs/b.md#two)', []],
    ['[x](docs/b.md#one-a--b)', []],
    ['[x](https://example.org/nowhere)', []],
    ['![x](docs/a.svg)', []],
    ['`[x](nowhere.md)`', []],
    ['```\n[x](nowhere.md)\n```', []],
    ['[x](nowhere.md)', ['a.md: nowhere.md']],
    ['[x](docs/b.md#three)', ['a.md: docs/b.md#three']],
    ['<img src="docs/b.svg">', ['a.md: docs/b.svg']],
  ])('%j', (link, dead) => {
    const documents = new Map([
      ['a.md', link],
      ['docs/b.md', text],
    ]);
    expect(findDeadLinks(documents, (path) => path === 'docs/a.svg')).toEqual(dead);
  });
});
