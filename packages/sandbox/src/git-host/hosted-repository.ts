import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployKeys, type KeyRights } from './deploy-keys.ts';
import { type FileChanges, fastImportStream } from './fast-import.ts';
import { runGit } from './run-git.ts';

export const defaultBranch = 'master';

export interface CommitOptions {
  readonly branch?: string;
  readonly message?: string;
  /** `Name <email>`. */
  readonly author?: string;
  readonly date?: Date;
  /** First parent instead of the branch's head; `null` for a commit without history. Moves the branch by force. */
  readonly parent?: string | null;
  /** Further parents, to make a merge. */
  readonly merge?: readonly string[];
}

export interface HostedTag {
  /** Id of the tag object, or of the commit for a lightweight tag. */
  readonly object: string;
  /** The commit that it marks. */
  readonly revision: string;
  readonly annotated: boolean;
  /** Empty for a lightweight tag. */
  readonly message: string;
  /** `Name <email>`; empty for a lightweight tag. */
  readonly tagger: string;
}

export type PushAction = () => unknown;

/** A bare repository of the git host, with all that a person could do to it. */
export class HostedRepository {
  /** `owner/name`. */
  readonly name: string;
  /** `ssh://git@127.0.0.1:PORT/owner/name.git`. */
  readonly url: string;
  /** The folder that holds it. */
  readonly path: string;
  readonly #keys = new DeployKeys();
  readonly #refused = new Set<string>();
  #beforePush: PushAction | undefined;
  #duringPush: PushAction | undefined;

  constructor(place: { readonly name: string; readonly url: string; readonly path: string }) {
    this.name = place.name;
    this.url = place.url;
    this.path = place.path;
  }

  /** Runs git in the repository, for what has no method of its own. */
  async git(...args: string[]): Promise<string> {
    return (await runGit(this.path, args)).toString();
  }

  addDeployKey(publicKey: string, rights: KeyRights): void {
    this.#keys.add(publicKey, rights);
  }

  removeDeployKey(publicKey: string): void {
    this.#keys.remove(publicKey);
  }

  /** What a key may do here; `id` as `keyId` tells it. */
  rights(id: string): KeyRights | undefined {
    return this.#keys.rights(id);
  }

  /**
   * Changes files on a branch, which is made when there is none.
   * @returns the new revision
   */
  async commit(changes: FileChanges, options: CommitOptions = {}): Promise<string> {
    const ref = `refs/heads/${options.branch ?? defaultBranch}`;
    const forced = options.parent !== undefined;
    const from = forced ? (options.parent ?? undefined) : await this.#resolve(ref);
    const stream = fastImportStream({
      ref,
      message: options.message ?? `Change ${Object.keys(changes).slice(0, 3).join(', ')}`,
      author: options.author ?? 'Sam Example <sam@example.com>',
      date: options.date ?? new Date(),
      from,
      merge: options.merge ?? [],
      changes,
    });
    await runGit(this.path, ['fast-import', '--quiet', ...(forced ? ['--force'] : [])], stream);
    return this.head(options.branch);
  }

  /** @throws when there is no such branch */
  async head(branch: string = defaultBranch): Promise<string> {
    const revision = await this.#resolve(`refs/heads/${branch}`);
    if (!revision) throw new Error(`${this.name} has no branch ${branch}`);
    return revision;
  }

  /** Makes the branch point at a revision, whatever it was before: a new branch, or a force push. */
  async moveBranch(branch: string, revision: string): Promise<void> {
    await this.git('update-ref', `refs/heads/${branch}`, revision);
  }

  async deleteBranch(branch: string): Promise<void> {
    await this.git('update-ref', '-d', `refs/heads/${branch}`);
  }

  /** Content of a file; undefined when the revision has none. */
  async read(path: string, revision: string = defaultBranch): Promise<string | undefined> {
    const id = await this.#resolve(`${this.#name(revision)}:${path}`);
    return id === undefined ? undefined : this.git('cat-file', 'blob', id);
  }

  /** All files of a revision, by path. */
  async files(revision: string = defaultBranch): Promise<Record<string, string>> {
    const listing = await this.git('ls-tree', '-r', '-z', '--name-only', this.#name(revision));
    const paths = listing.split('\0').filter((path) => path !== '');
    const files: Record<string, string> = {};
    for (const path of paths) files[path] = (await this.read(path, revision)) ?? '';
    return files;
  }

  /** Newest first. */
  async log(
    revision: string = defaultBranch,
  ): Promise<{ revision: string; subject: string; author: string }[]> {
    const text = await this.git('log', '--format=%H%x00%s%x00%an <%ae>', this.#name(revision), '--');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [id = '', subject = '', author = ''] = line.split('\0');
        return { revision: id, subject, author };
      });
  }

  async tag(name: string): Promise<HostedTag | undefined> {
    const object = await this.#resolve(`refs/tags/${name}`);
    const revision = await this.#resolve(`refs/tags/${name}^{commit}`);
    if (!object || !revision) return undefined;
    if (object === revision) return { object, revision, annotated: false, message: '', tagger: '' };
    const text = await this.git('cat-file', 'tag', object);
    const blank = text.indexOf('\n\n');
    const tagger = /^tagger (.*>) \d+ [+-]\d+$/m.exec(text.slice(0, blank))?.[1] ?? '';
    return { object, revision, annotated: true, message: text.slice(blank + 2), tagger };
  }

  async tagNames(): Promise<string[]> {
    return (await this.git('for-each-ref', '--format=%(refname:strip=2)', 'refs/tags/'))
      .split('\n')
      .filter((name) => name !== '');
  }

  /** A lightweight tag; an existing one is moved. */
  async setTag(name: string, revision: string): Promise<void> {
    await this.git('update-ref', `refs/tags/${name}`, revision);
  }

  async deleteTag(name: string): Promise<void> {
    await this.git('update-ref', '-d', `refs/tags/${name}`);
  }

  /** Notes by the commit that they are on. */
  async notes(ref = 'refs/notes/flux'): Promise<Map<string, string>> {
    const notes = new Map<string, string>();
    for (const line of (await this.git('notes', '--ref', ref, 'list')).split('\n')) {
      const [blob, commit] = line.split(' ');
      if (blob && commit) notes.set(commit, await this.git('cat-file', 'blob', blob));
    }
    return notes;
  }

  async addNote(revision: string, text: string, ref = 'refs/notes/flux'): Promise<void> {
    const who = ['-c', 'user.name=Sam Example', '-c', 'user.email=sam@example.com'];
    await this.git(...who, 'notes', '--ref', ref, 'add', '-f', '-m', text, revision);
  }

  /** Pushes to this ref (`refs/heads/master`, `refs/tags/flux` …) are refused, or taken again. */
  async refusePushes(ref: string, refuse = true): Promise<void> {
    if (refuse) this.#refused.add(ref);
    else this.#refused.delete(ref);
    await writeFile(join(this.path, 'refused-refs'), [...this.#refused].map((name) => `${name}\n`).join(''));
  }

  /** Runs before the next push is answered: what it commits makes that push come too late. */
  beforeNextPush(action: PushAction): void {
    this.#beforePush = action;
  }

  /** Runs when the next push has been shown the refs, and before it is carried out. */
  duringNextPush(action: PushAction): void {
    this.#duringPush = action;
  }

  /** For the server: the actions that wait for a push, which are then gone. */
  takePushActions(): { before: PushAction | undefined; during: PushAction | undefined } {
    const actions = { before: this.#beforePush, during: this.#duringPush };
    this.#beforePush = undefined;
    this.#duringPush = undefined;
    return actions;
  }

  /** A bare name means a branch, also where a tag is called the same. */
  #name(revision: string): string {
    return /^[0-9a-f]{40}|[/^~:]/.test(revision) ? revision : `refs/heads/${revision}`;
  }

  async #resolve(name: string): Promise<string | undefined> {
    try {
      return (await this.git('rev-parse', '--verify', '--quiet', name)).trim();
    } catch {
      return undefined; // git says no more than that there is none
    }
  }
}
