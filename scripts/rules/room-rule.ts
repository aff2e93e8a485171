/**
 * Which room of the daemon may import which others. A room imports only what stands left of it in the
 * order in which data passes through; everyone may use the ground floor, and `main.ts` sees all.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  git: [],
  manifests: ['git'],
  cluster: ['git', 'manifests'],
  registry: [],
  automation: ['manifests', 'cluster', 'registry'],
  reconcile: ['git', 'manifests', 'cluster'],
  release: ['git', 'manifests', 'cluster', 'registry', 'automation'],
  http: ['git', 'manifests', 'cluster', 'registry', 'automation', 'reconcile', 'release'],
};

/** What everyone may use; it uses none of the rooms. */
const groundFloor = ['log', 'events', 'jobs', 'metrics'];

/** Read by `main.ts` alone. */
const entrance = ['config'];

/** Which package may import which others in what ships. */
const packages: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  cli: ['shared'],
  daemon: ['shared'],
  sandbox: ['shared'],
};

export interface Import {
  /** From the root of the repository: `packages/daemon/src/http/server.ts`. */
  readonly from: string;
  /** Likewise. */
  readonly to: string;
}

/** Why an import between two files is not allowed; undefined when it is. */
export function forbidden({ from, to }: Import): string | undefined {
  const [source, target] = [place(from), place(to)];
  if (!source || !target) return undefined;
  if (source.package !== target.package) {
    if (source.isTest && target.package === 'sandbox') return undefined;
    if (packages[source.package]?.includes(target.package)) return undefined;
    return `${source.package} must not import ${target.package}`;
  }
  if (source.isTest) return undefined;
  if (target.isTest) return 'what ships must not import a test';
  if (source.package !== 'daemon' || source.room === undefined || source.room === target.room)
    return undefined;
  if (target.room === undefined) return 'only main.ts sees all rooms';
  return mayUse(source.room, target.room)
    ? undefined
    : `the room ${source.room} must not import ${target.room}`;
}

function mayUse(source: string, target: string): boolean {
  if (entrance.includes(source)) return groundFloor.includes(target);
  if (entrance.includes(target)) return false;
  if (groundFloor.includes(target)) return true;
  return rooms[source]?.includes(target) ?? false;
}

interface Place {
  readonly package: string;
  /** Folder right under the daemon's `src`; undefined for files beside them. */
  readonly room: string | undefined;
  readonly isTest: boolean;
}

function place(file: string): Place | undefined {
  const match = /^packages\/([^/]+)\/(src|test)\/(?:([^/]+)\/)?/.exec(file);
  if (!match) return undefined;
  const isTest = match[2] === 'test' || file.endsWith('.test.ts');
  return { package: match[1] ?? '', room: match[3], isTest };
}

/** Every room has a rule; a folder without one is told. */
export function isKnownRoom(room: string): boolean {
  return Object.hasOwn(rooms, room) || groundFloor.includes(room) || entrance.includes(room);
}

/** A chain of imports that leads back to where it began; undefined when there is none. */
export function findCycle(imports: readonly Import[]): readonly string[] | undefined {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    const seenAt = path.indexOf(file);
    if (seenAt >= 0) return [...path.slice(seenAt), file];
    if (done.has(file)) return undefined;
    for (const { to } of targets.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}
