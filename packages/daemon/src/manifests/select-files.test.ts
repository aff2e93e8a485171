import { describe, expect, it } from 'vitest';
import type { BlobId, TreeEntry } from '../git/repository.ts';
import { RepositoryTree } from './repository-tree.ts';
import { selectFiles } from './select-files.ts';

/** Paths of files; `link -> target` for a symbolic link; `module@` for a submodule. */
function treeOf(...paths: readonly string[]): RepositoryTree {
  const targets = new Map<string, string>();
  const entries = paths.map((text): TreeEntry => {
    const [path = '', target] = text.split(' -> ');
    if (target !== undefined) targets.set(path, target);
    const type = target !== undefined ? 'symlink' : path.endsWith('@') ? 'submodule' : 'file';
    return { path, type, blob: path as BlobId };
  });
  return new RepositoryTree(entries, ({ path }) => targets.get(path) ?? '');
}

function select(tree: RepositoryTree, ...roots: readonly string[]) {
  const { files, problems } = selectFiles(tree, roots);
  return { files: files.map(({ path }) => path), problems: problems.map(({ message }) => message) };
}

describe('selectFiles', () => {
  it.each([
    {
      because: 'extensions are exact',
      paths: ['a.yaml', 'b.yml', 'c.YAML', 'd.json', 'e.yaml.bak', 'yaml'],
      files: ['a.yaml', 'b.yml'],
    },
    {
      because: 'files and folders with a dot are read',
      paths: ['.a.yaml', '.yaml', '.github/x.yaml'],
      files: ['.a.yaml', '.yaml', '.github/x.yaml'],
    },
    {
      because: 'a chart has Chart.yaml and values.yaml',
      paths: ['a/Chart.yaml', 'a/values.yaml', 'a/b/c.yaml', 'b/Chart.yaml', 'b/x.yaml', 'ab/c.yaml'],
      files: ['b/Chart.yaml', 'b/x.yaml', 'ab/c.yaml'],
    },
    {
      because: 'the whole repository may be a chart',
      paths: ['Chart.yaml', 'values.yaml', 'a/b.yaml'],
      files: [],
    },
    {
      because: 'roots are folders or files',
      roots: ['a', 'c.yaml'],
      paths: ['a/x.yaml', 'ab/y.yaml', 'b/z.yaml', 'c.yaml'],
      files: ['a/x.yaml', 'c.yaml'],
    },
    {
      because: 'roots may be spelled loosely',
      roots: ['./a/', 'b//c'],
      paths: ['a/x.yaml', 'b/c/y.yaml', 'd.yaml'],
      files: ['a/x.yaml', 'b/c/y.yaml'],
    },
    {
      because: 'a root that is no manifest gives nothing',
      roots: ['README.md'],
      paths: ['README.md', 'a.yaml'],
      files: [],
    },
    {
      because: 'overlapping roots are read once (v1 failed)',
      roots: ['a', 'a/b', 'a/b/x.yaml', '.'],
      paths: ['a/b/x.yaml', 'c.yaml'],
      files: ['a/b/x.yaml', 'c.yaml'],
    },
    {
      because: 'links to files are followed',
      paths: ['a/l.yaml -> ../b/x.txt', 'b/x.txt'],
      files: ['b/x.txt'],
    },
    {
      because: 'links through links are followed',
      paths: ['a.yaml -> b', 'b -> d/c.yaml', 'd -> e', 'e/c.yaml'],
      files: ['e/c.yaml'],
    },
    { because: 'a file and a link to it are one', paths: ['a.yaml', 'b.yaml -> a.yaml'], files: ['a.yaml'] },
    {
      because: 'links without the extension are not looked at',
      paths: ['a -> /etc/passwd', 'b -> nowhere'],
      files: [],
    },
    {
      because: 'folders behind links are not walked into',
      roots: ['a'],
      paths: ['a/l -> ../b', 'b/x.yaml'],
      files: [],
    },
    {
      because: 'a root may be a link to a folder (v1 found nothing)',
      roots: ['l'],
      paths: ['l -> b', 'b/x.yaml'],
      files: ['b/x.yaml'],
    },
    { because: 'submodules are passed over', paths: ['m.yaml@', 'a.yaml'], files: ['a.yaml'] },
  ])('$because', ({ roots = [], paths, files }) => {
    expect(select(treeOf(...paths), ...roots)).toEqual({ files, problems: [] });
  });

  const nowhere = 'no such file or directory in the repository';
  it.each([
    {
      because: 'a link out of the repository',
      paths: ['a/l.yaml -> ../../x.yaml'],
      problem: 'unable to read file at "a/l.yaml": it is outside of the repository',
    },
    {
      because: 'an absolute link',
      paths: ['l.yaml -> /etc/passwd'],
      problem: 'unable to read file at "l.yaml": it is outside of the repository',
    },
    {
      because: 'a link to nowhere',
      paths: ['l.yaml -> x.yaml'],
      problem: `unable to read file at "l.yaml": ${nowhere}`,
    },
    {
      because: 'a link to a folder',
      paths: ['l.yaml -> b', 'b/x'],
      problem: 'unable to read file at "l.yaml": is a directory',
    },
    {
      because: 'links in a circle',
      paths: ['a.yaml -> b', 'b -> a.yaml'],
      problem: 'unable to read file at "a.yaml": too many levels of symbolic links',
    },
    {
      because: 'a link through a file',
      paths: ['l.yaml -> x.txt/y.yaml', 'x.txt'],
      problem: 'unable to read file at "l.yaml": not a directory',
    },
    {
      because: 'a missing root',
      roots: ['x/y'],
      paths: ['x.yaml'],
      problem: `unable to read root path "x/y": ${nowhere}`,
    },
    {
      because: 'a root out of the repository',
      roots: ['../x'],
      paths: ['x.yaml'],
      problem: 'unable to read root path "../x": it is outside of the repository',
    },
  ])('tells $because', ({ roots = [], paths, problem }) => {
    const { files, problems } = select(treeOf(...paths, 'good/g.yaml'), ...roots, 'good');
    const all = roots.length > 0 ? { files, problems } : select(treeOf(...paths, 'good/g.yaml'));
    expect(all).toEqual({ files: ['good/g.yaml'], problems: [problem] });
  });
});
