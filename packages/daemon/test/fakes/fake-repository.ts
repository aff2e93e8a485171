import { createHash } from 'node:crypto';
import { UserError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { readPolicies } from '@fluxctl/shared/policy/policies';
import { resourceId } from '@fluxctl/shared/resource/resource-id';
import { load } from 'js-yaml';
import {
  BranchMovedError,
  type Commit,
  type CommitSha,
  type Repository,
  type RepositoryStatus,
} from '../../src/git/repository.ts';
import type { LoadedManifests, LoadProblem, Manifest, ManifestLoader } from '../../src/manifests/manifest.ts';
import { workloadImages } from '../../src/manifests/workload-images.ts';

interface Revision extends Commit {
  readonly files: Readonly<Record<string, JsonObject | LoadProblem>>;
}

/** A line of commits in memory, and a loader that takes its files for objects. */
export interface FakeRepository extends Repository {
  readonly loader: ManifestLoader;
  /** A new head; files are objects, or problems that stand for what cannot be read. */
  commit(files: Readonly<Record<string, JsonObject | LoadProblem>>, subject?: string): CommitSha;
  readonly tags: Map<string, CommitSha>;
  readonly noteTexts: Map<CommitSha, string>;
  /** Names of objects whose bodies were read behind a load. */
  readonly bodiesRead: string[];
  setStatus(status: RepositoryStatus): void;
  refreshed(): void;
}

export function isProblem(file: JsonObject | LoadProblem): file is LoadProblem {
  return 'severity' in file;
}

export function createFakeRepository(branch = 'master'): FakeRepository {
  const revisions: Revision[] = [];
  const unpublished = new Map<CommitSha, Revision & { readonly parent: CommitSha }>();
  const refreshedListeners: (() => void)[] = [];
  const statusListeners: ((status: RepositoryStatus) => void)[] = [];
  let status: RepositoryStatus = { state: 'ready', error: '' };
  const find = (name: string): Revision | undefined =>
    revisions.findLast(({ revision }) => revision.startsWith(name)) ??
    (name === branch ? revisions.at(-1) : undefined);

  const repository: FakeRepository = {
    safeUrl: 'ssh://git@github.com/x/flux-demo',
    branch,
    tags: new Map(),
    noteTexts: new Map(),
    bodiesRead: [],
    get status() {
      return status;
    },
    setStatus(next) {
      status = next;
      for (const listener of statusListeners) listener(next);
    },
    refreshed() {
      for (const listener of refreshedListeners) listener();
    },
    commit(files, subject = 'a change') {
      const revision = idOf([revisions.length, files, subject]);
      revisions.push({ revision, subject, files });
      return revision;
    },
    async makeCommit({ parent, files, message }) {
      const before = find(parent)?.files ?? {};
      const edited = [...files].map(([path, text]) => [path, load(text) as JsonObject] as const);
      const after = { ...before, ...Object.fromEntries(edited) };
      if (JSON.stringify(after) === JSON.stringify(before)) throw new UserError('no changes made in repo');
      const revision = idOf([parent, after, message]);
      const [subject = ''] = message.split('\n');
      unpublished.set(revision, { revision, subject, files: after, parent });
      return revision;
    },
    async publish(revision, note) {
      const commit = unpublished.get(revision);
      if (!commit || commit.parent !== revisions.at(-1)?.revision) {
        throw new BranchMovedError(`the branch '${branch}' has moved on while the commit was made`);
      }
      unpublished.delete(revision);
      revisions.push(commit);
      repository.noteTexts.set(revision, note.text);
      repository.refreshed();
    },
    async run(signal) {
      if (!signal.aborted) {
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      }
    },
    notify() {
      repository.refreshed();
    },
    async refresh() {
      repository.refreshed();
    },
    onRefreshed: (listener) => void refreshedListeners.push(listener),
    onStatus: (listener) => void statusListeners.push(listener),
    requireReady() {
      if (status.state === 'unconfigured') throw new UserError('git repo does not have valid config');
      if (status.state !== 'ready') throw new UserError(`git repo not ready: ${status.error}`);
    },
    async head() {
      const head = revisions.at(-1);
      if (!head) throw new UserError(`configured branch '${branch}' does not exist`);
      return head.revision;
    },
    resolve: async (name) => find(name)?.revision,
    async log({ from, to, most }) {
      const end = find(to);
      if (!end) throw new UserError(`fatal: bad revision '${from ?? ''}..${to}'`);
      const start = from === undefined ? -1 : revisions.findIndex(({ revision }) => revision === from);
      return revisions
        .slice(start + 1, revisions.indexOf(end) + 1)
        .toReversed()
        .slice(0, most);
    },
    notes: async () => repository.noteTexts,
    tagged: async (tag) => repository.tags.get(tag),
    async moveTag(tag, revision) {
      repository.tags.set(tag, revision);
    },
    close: async () => {},
    tree: async () => [],
    async *blobs() {},
    loader: {
      async load(revision, _paths, _signal, onParsed): Promise<LoadedManifests> {
        const files = find(revision)?.files ?? {};
        const bodies = new Map<Manifest, JsonObject>();
        const problems: LoadProblem[] = [];
        for (const [path, file] of Object.entries(files)) {
          if (isProblem(file)) problems.push(file);
          else bodies.set(manifestOf(path, file), file);
        }
        const bodyOf = (manifest: Manifest) => structuredClone(bodies.get(manifest) ?? {});
        await onParsed?.([...bodies.keys()], bodyOf);
        return {
          revision,
          manifests: [...bodies.keys()],
          problems,
          complete: problems.every(({ severity }) => severity !== 'error'),
          customScopes: [],
          async body(manifest) {
            repository.bodiesRead.push(manifest.name);
            return bodyOf(manifest);
          },
          async images(manifest) {
            repository.bodiesRead.push(manifest.name);
            return workloadImages(bodyOf(manifest));
          },
          file: async (manifest) => Buffer.from(JSON.stringify(bodies.get(manifest) ?? {})),
        };
      },
    },
  };
  return repository;
}

function idOf(parts: readonly unknown[]): CommitSha {
  return createHash('sha1').update(JSON.stringify(parts)).digest('hex') as CommitSha;
}

function manifestOf(path: string, object: JsonObject): Manifest {
  const metadata = object.metadata as {
    name: string;
    namespace?: string;
    annotations?: Record<string, string>;
  };
  const kind = String(object.kind);
  return {
    apiVersion: String(object.apiVersion),
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
    writtenId: resourceId(metadata.namespace, kind, metadata.name),
    policies: readPolicies(Object.entries(metadata.annotations ?? {})),
    checksum: createHash('sha1').update(JSON.stringify(object)).digest('hex'),
    source: { path, line: 1, document: 1 },
  };
}
