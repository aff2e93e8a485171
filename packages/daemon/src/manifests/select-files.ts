import type { TreeEntry } from '../git/repository.ts';
import type { LoadProblem } from './manifest.ts';
import type { RepositoryTree } from './repository-tree.ts';

export interface SelectedFiles {
  /** Each once, however many roots and links lead to it; in the order of the roots, then of paths. */
  readonly files: readonly TreeEntry[];
  readonly problems: readonly LoadProblem[];
}

/**
 * The manifest files under the roots: `.yaml` and `.yml`, but nothing of a Helm chart. Links are followed
 * to files, as in Flux v1; a root may be a link to a folder too (Flux v1 found nothing there).
 * @param roots - as given to `--git-path`; none means the whole repository
 */
export function selectFiles(tree: RepositoryTree, roots: readonly string[]): SelectedFiles {
  const selection = new Selection(tree);
  for (const root of roots.length === 0 ? [''] : roots) selection.addRoot(root);
  return { files: [...selection.files.values()], problems: selection.problems };
}

class Selection {
  readonly files = new Map<string, TreeEntry>();
  readonly problems: LoadProblem[] = [];
  readonly #tree: RepositoryTree;
  readonly #charts: ReadonlySet<string>;

  constructor(tree: RepositoryTree) {
    this.#tree = tree;
    this.#charts = chartsOf(tree);
  }

  addRoot(root: string): void {
    const resolved = this.#tree.resolve(root);
    if (resolved.type === 'nowhere') {
      this.#problem(root, `unable to read root path ${JSON.stringify(root)}: ${resolved.reason}`);
    } else if (resolved.type === 'file') {
      if (isManifestName(root) && !this.#isInChart(resolved.entry.path)) this.#addFile(resolved.entry);
    } else {
      const prefix = resolved.path === '' ? '' : `${resolved.path}/`;
      for (const entry of this.#tree.entries) if (entry.path.startsWith(prefix)) this.#addEntry(entry);
    }
  }

  #addEntry(entry: TreeEntry): void {
    if (!isManifestName(entry.path) || this.#isInChart(entry.path)) return;
    if (entry.type === 'file') this.#addFile(entry);
    else if (entry.type === 'symlink') this.#addLink(entry);
  }

  #addLink(link: TreeEntry): void {
    const target = this.#tree.resolve(link.path);
    if (target.type === 'file') this.#addFile(target.entry);
    else this.#unreadable(link.path, target.type === 'directory' ? 'is a directory' : target.reason);
  }

  #addFile(file: TreeEntry): void {
    this.files.set(file.path, file);
  }

  #unreadable(path: string, reason: string): void {
    this.#problem(path, `unable to read file at ${JSON.stringify(path)}: ${reason}`);
  }

  #problem(path: string, message: string): void {
    this.problems.push({ severity: 'error', message, source: { path }, ids: [] });
  }

  #isInChart(path: string): boolean {
    if (this.#charts.size === 0) return false;
    if (this.#charts.has('')) return true;
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      if (this.#charts.has(path.slice(0, slash))) return true;
    }
    return false;
  }
}

/** Folders with both `Chart.yaml` and `values.yaml`, anywhere in the repository. */
function chartsOf(tree: RepositoryTree): ReadonlySet<string> {
  const charts = new Set<string>();
  for (const { path } of tree.entries) {
    if (path !== 'Chart.yaml' && !path.endsWith('/Chart.yaml')) continue;
    const prefix = path.slice(0, -'Chart.yaml'.length);
    if (tree.hasFile(`${prefix}values.yaml`)) charts.add(prefix.slice(0, -1));
  }
  return charts;
}

function isManifestName(path: string): boolean {
  return path.endsWith('.yaml') || path.endsWith('.yml');
}
