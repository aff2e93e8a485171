import { join } from 'node:path';
import type { CodeSplittingGroup } from 'rolldown';
import type { Program } from './programs.ts';

/** What the bundler knows of a module. */
interface ModuleGraph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** The file that other people's code goes to, in a program that is loaded as a whole. */
const libraries = 'libraries';

/**
 * Which modules of a program share a file. What no group takes is left to the bundler, which makes a file
 * of what is imported together, and of a library that is imported lazily only what is used.
 * @param root - the repository's folder
 */
export function chunkGroups(program: Program, root: string): CodeSplittingGroup[] {
  const always = program.always.map((path) => join(root, program.folder, path));
  let closure: ReadonlySet<string> | undefined;
  const isAlwaysLoaded = (id: string, graph: ModuleGraph): boolean => {
    // The graph is whole when the first module is asked for.
    closure ??= closureOf(always, graph);
    return closure.has(id);
  };
  if (!program.roomsApart) {
    return [{ name: (id, graph) => (isAlwaysLoaded(id, graph) ? 'core' : null), debugName: 'core' }];
  }
  const isLibrary = (id: string, graph: ModuleGraph): boolean =>
    id.includes('/node_modules/') && isAlwaysLoaded(id, graph);
  const source = join(root, program.folder, 'src/');
  return [
    { name: (id, graph) => (isLibrary(id, graph) ? libraries : null), debugName: libraries, priority: 1 },
    { name: (id) => roomOf(id, source), debugName: 'rooms' },
  ];
}

/** The folder below `source` that a module lies in. */
function roomOf(id: string, source: string): string | null {
  const [room, ...inside] = id.startsWith(source) ? id.slice(source.length).split('/') : [];
  return room !== undefined && inside.length > 0 ? room : null;
}

/** The modules, and all that they import statically. */
function closureOf(ids: readonly string[], graph: ModuleGraph): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return seen;
}
