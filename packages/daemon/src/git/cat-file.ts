import { ServerError } from '@fluxctl/shared/errors';
import type { ProcessGroup } from './process-group.ts';

/** An object as `git cat-file --batch` gives it. */
export interface GitObject {
  readonly id: string;
  readonly type: 'blob' | 'commit' | 'tree' | 'tag';
  /** Undefined when there are more than anybody here has a use for. */
  readonly bytes: Buffer | undefined;
}

/** Objects that were asked for together. */
interface Pending {
  readonly count: number;
  readonly answers: (GitObject | undefined)[];
  resolve(answers: readonly (GitObject | undefined)[]): void;
  reject(error: unknown): void;
}

/** No API server takes a manifest that is larger, in bytes. */
const mostBytes = 64 * 1024 * 1024;
/** An unused reader is ended after this long, in ms: behind the next poll, which mostly has a use for it. */
const idleMs = 10 * 60_000;

/**
 * Reads objects through one `git cat-file --batch` that lives as long as it is used: a request costs
 * no process. Requests are answered in their order and may be made at any time, without waiting.
 */
export class CatFile {
  readonly #start: () => Promise<ProcessGroup>;
  readonly #timeoutMs: number;
  readonly #answers = new AnswerParser();
  #group: Promise<ProcessGroup> | undefined;
  /** The process whose answers count: an earlier one may still say something while it ends. */
  #current: ProcessGroup | undefined;
  #pending: Pending[] = [];
  /** Names that were not yet written to the process. */
  #unsent: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param start - starts `git cat-file --batch`
   * @param timeoutMs - how long it may keep silent while it owes an answer
   */
  constructor(start: () => Promise<ProcessGroup>, timeoutMs: number) {
    this.#start = start;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @param name - anything that git understands as the name of one object, without a newline
   * @returns undefined when there is no such object
   */
  async read(name: string): Promise<GitObject | undefined> {
    return name.includes('\n') ? undefined : (await this.readAll([name]))[0];
  }

  /** As `read`, for several at once: cheaper than one by one. */
  readAll(names: readonly string[]): Promise<readonly (GitObject | undefined)[]> {
    if (this.#closed) return Promise.reject(new ServerError('the mirror of the git repository is closed'));
    if (names.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#pending.push({ count: names.length, answers: [], resolve, reject });
      this.#unsent.push(...names);
      if (this.#unsent.length === names.length) queueMicrotask(() => void this.#send());
      this.#watchClock();
    });
  }

  /** Ends the process; requests that wait are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    const group = await this.#group?.catch(() => undefined);
    this.#fail(new ServerError('the mirror of the git repository is closed'));
    await group?.ended;
  }

  async #send(): Promise<void> {
    this.#group ??= this.#open();
    try {
      const group = await this.#group;
      if (this.#unsent.length === 0) return;
      group.child.stdin?.write(`${this.#unsent.splice(0).join('\n')}\n`);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #open(): Promise<ProcessGroup> {
    const group = await this.#start();
    this.#current = group;
    group.child.stdout?.on('data', (chunk: Buffer) => {
      if (group !== this.#current) return;
      for (const answer of this.#answers.push(chunk)) this.#take(answer);
      this.#watchClock();
    });
    group.child.stderr?.resume();
    void group.ended.then((end) => {
      if (group !== this.#current) return;
      const why = end.how === 'not-started' ? end.error.message : 'it ended';
      this.#fail(new ServerError(`reading the mirror of the git repository: git cat-file: ${why}`));
    });
    return group;
  }

  /** Answers come in the order of the requests. */
  #take(answer: GitObject | undefined): void {
    const first = this.#pending[0];
    if (!first) return;
    first.answers.push(answer);
    if (first.answers.length < first.count) return;
    this.#pending.shift();
    first.resolve(first.answers);
  }

  /** Gives up the process, if there is one, and all who wait for it. */
  #fail(error: unknown): void {
    clearTimeout(this.#timer);
    const group = this.#group;
    this.#group = undefined;
    this.#current = undefined;
    this.#unsent = [];
    this.#answers.reset();
    void group?.then(
      (one) => one.kill(),
      () => undefined, // it never started
    );
    for (const pending of this.#pending.splice(0)) pending.reject(error);
  }

  #watchClock(): void {
    clearTimeout(this.#timer);
    const busy = this.#pending.length > 0;
    this.#timer = setTimeout(
      () =>
        this.#fail(new ServerError('running git command: git [cat-file --batch]: context deadline exceeded')),
      busy ? this.#timeoutMs : idleMs,
    );
    this.#timer.unref();
  }
}

/** Cuts the output of `git cat-file --batch` into answers. */
export class AnswerParser {
  readonly #mostBytes: number;
  #chunks: Buffer[] = [];
  #length = 0;
  /** No answer can be complete with fewer bytes. */
  #needed = 1;
  /** What is left of an object that is too large: it is passed over. */
  #skip = 0;

  constructor(mostOfAnObject = mostBytes) {
    this.#mostBytes = mostOfAnObject;
  }

  /** The answers that are complete with this piece; undefined for an object that does not exist. */
  push(piece: Buffer): (GitObject | undefined)[] {
    const chunk = piece.subarray(this.#skip);
    this.#skip -= piece.length - chunk.length;
    if (chunk.length === 0) return [];
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const answers: (GitObject | undefined)[] = [];
    let at = 0;
    for (;;) {
      const headEnd = bytes.indexOf('\n', at);
      if (headEnd < 0) {
        this.#needed = Math.max(0, bytes.length - at) + 1;
        break;
      }
      const head = bytes.toString('utf8', at, headEnd);
      const found = /^([0-9a-f]+) (blob|commit|tree|tag) (\d+)$/.exec(head);
      if (!found) {
        // `NAME missing` or `NAME ambiguous`
        answers.push(undefined);
        at = headEnd + 1;
        continue;
      }
      const [, id = '', type, length] = found;
      const object = { id, type: type as GitObject['type'] };
      const start = headEnd + 1;
      const end = start + Number(length);
      if (Number(length) > this.#mostBytes) {
        answers.push({ ...object, bytes: undefined });
        this.#skip = Math.max(0, end + 1 - bytes.length);
      } else if (bytes.length < end + 1) {
        this.#needed = end + 1 - at;
        break;
      } else {
        // Copied, so that a small object does not keep a big piece of output in memory.
        answers.push({ ...object, bytes: Buffer.from(bytes.subarray(start, end)) });
      }
      at = end + 1;
    }
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#length = Math.max(0, bytes.length - at);
    return answers;
  }

  reset(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#needed = 1;
    this.#skip = 0;
  }
}
