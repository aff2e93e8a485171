import { posix } from 'node:path';

/** A module's path in the repository, and what it imports as written. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Where main.ts keeps the building of what would make it long; sees all rooms too. */
const composition = 'compose';
const groundFloor = ['config', 'events', 'jobs', 'log', 'metrics', 'waiting'];

/**
 * The daemon's rooms, and which rooms each may import beside the ground floor: those that stand left of it
 * in the design. What the design says a room knows nothing of is left out, although it stands left of it.
 */
const roomsBefore: Readonly<Record<string, readonly string[]>> = {
  config: [],
  events: [],
  jobs: [],
  log: [],
  metrics: [],
  waiting: [],
  git: [],
  manifests: ['git'],
  registry: [],
  cluster: ['manifests'],
  automation: ['registry', 'manifests', 'cluster'],
  release: ['git', 'manifests', 'cluster', 'registry', 'automation'],
  reconcile: ['git', 'manifests', 'cluster'],
  http: ['git', 'manifests', 'cluster', 'registry', 'automation', 'release', 'reconcile'],
};

/** Which packages each kind of code may import; tests also what they test. */
const packagesOpen = {
  shared: ['shared'],
  cli: ['cli', 'shared'],
  daemon: ['daemon', 'shared'],
  sandbox: ['sandbox', 'shared'],
  scripts: ['scripts', 'sandbox', 'shared', 'cli', 'daemon'],
} as const satisfies Record<string, readonly string[]>;

interface Place {
  readonly package: keyof typeof packagesOpen;
  readonly test: boolean;
  /** Of the daemon: the folder below `src`; '' for what lies beside them (`main.ts`). */
  readonly room: string | undefined;
}

/** Every import that the design does not allow, one line each, sorted; none in a well-kept house. */
export function findRoomViolations(imports: Imports): readonly string[] {
  const found: string[] = [];
  const graph = new Map<string, readonly string[]>();
  for (const [path, specifiers] of imports) {
    const targets: string[] = [];
    for (const specifier of specifiers) {
      const target = resolveSpecifier(path, specifier);
      if (target === undefined) continue;
      targets.push(target);
      const objection = objectTo(path, specifier, target);
      if (objection !== undefined) found.push(`${path} imports ${specifier}: ${objection}`);
    }
    graph.set(path, targets);
  }
  for (const circle of findCircles(graph)) found.push(`circle: ${circle.join(' → ')}`);
  return found.sort();
}

/** The imported file's path in the repository; undefined for Node's own modules and libraries. */
function resolveSpecifier(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  // A door that the repository's package.json opens, which Node.js lets only the scripts use.
  const [, name, rest] = /^(?:@fluxctl\/|#)([^/]+)\/(.+)$/.exec(specifier) ?? [];
  return name === undefined ? undefined : `packages/${name}/src/${rest}.ts`;
}

function objectTo(path: string, specifier: string, targetPath: string): string | undefined {
  const from = placeOf(path);
  const target = placeOf(targetPath);
  if (from === undefined || target === undefined) return 'it lies in no package';
  if (target.test && !from.test) return 'only tests import tests';
  const open: readonly string[] = packagesOpen[from.package];
  const sandboxForTests = from.test && target.package === 'sandbox';
  if (!open.includes(target.package) && !sandboxForTests) {
    return `${from.package} may not know ${target.package}`;
  }
  if (specifier.startsWith('.') && from.package !== target.package) {
    return `other packages go by their name, @fluxctl/${target.package}/…`;
  }
  if (from.test || !from.room || from.package !== 'daemon' || target.package !== 'daemon') return undefined;
  return objectToRoom(from.room, target.room ?? '');
}

function objectToRoom(from: string, target: string): string | undefined {
  if (from === target) return undefined;
  if (from === composition && target !== '') return undefined;
  const before = from === composition ? [] : roomsBefore[from];
  if (before === undefined) return `the design has no room ${from}`;
  if (target === '') return 'only main.ts sees all rooms, and nothing sees main.ts';
  // The flags' table is for the composition root, which hands each room what it needs.
  if (target === 'config') return 'only main.ts reads the configuration';
  return groundFloor.includes(target) || before.includes(target)
    ? undefined
    : `room ${from} may not know room ${target}`;
}

function placeOf(path: string): Place | undefined {
  const parts = path.split('/');
  const [top, name, area, ...inside] = parts;
  const test = path.endsWith('.test.ts') || area === 'test';
  if (top === 'scripts') return { package: 'scripts', test, room: undefined };
  if (top !== 'packages' || name === undefined || !(name in packagesOpen)) return undefined;
  const room = area === 'src' ? (inside.slice(0, -1)[0] ?? '') : undefined;
  return { package: name as Place['package'], test, room };
}

/** Each circle of imports once, beginning with the path that sorts first. */
function findCircles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const circles = new Map<string, readonly string[]>();
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const circle = trail.slice(start);
      const first = circle.indexOf([...circle].sort()[0] ?? path);
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      circles.set(turned.join(), [...turned, turned[0] ?? path]);
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return [...circles.values()];
}
