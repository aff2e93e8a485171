import { type Timestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { type Breather, eachWithBreath } from '../../waiting/breather.ts';

/** What is remembered of one tag. */
export type TagEntry =
  | { readonly state: 'unseen' }
  | ({ readonly state: 'known'; readonly image: KnownImage } & Looks)
  | ({ readonly state: 'excluded'; readonly reason: string; readonly tagDigest: string } & Looks)
  | ({ readonly state: 'missing' } & Looks);

export interface KnownImage extends ImageDetails {
  /** Empty: from a cache that did not know it. */
  readonly tagDigest: string;
  readonly createdAt: Timestamp;
}

/** What only people look at; kept for some images of each repository. */
export interface ImageDetails {
  readonly digest: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** In whole seconds since 1970. */
export interface Looks {
  readonly fetchedAt: number;
  readonly refreshAt: number;
}

const noDetails: ImageDetails = { digest: '', imageId: '', labels: {} };
const states = ['unseen', 'known', 'excluded', 'missing'] as const;

export interface RenamedTable {
  readonly table: TagTable;
  readonly added: readonly string[];
  /** With their rows in the table before. */
  readonly removed: readonly (readonly [name: string, index: number])[];
}

// One row: digest, time in seconds and nanoseconds, when seen, seconds until the next look, state. What is
// excluded has the number of its reason in place of the nanoseconds.
const digestAt = 0;
const secondsAt = 32;
const secondsSize = 6;
const nanosAt = 38;
const reasonAt = nanosAt;
const fetchedAtAt = 42;
const intervalAt = 46;
const intervalSize = 3;
const longestInterval = 2 ** (8 * intervalSize) - 1;
const stateAt = 49;
const rowSize = 50;
const mostReasons = 200;

const noSlots = new Uint32Array(0);
const firstRows = 16;
/** Slots are worth their while as long as this part of the tags has rows. */
const mostSlots = 0.8;

/**
 * The tags of one repository and what they mean, packed: thousands of repositories with thousands of tags
 * each must fit into a small daemon. Names are one text; each tag of which something is known has a row of
 * bytes, found through its slot. Where that is so of most of them, each tag has a row, in the order of the list.
 */
export class TagTable {
  #names = '';
  #count = 0;
  /** For each tag the number of its row, counted from 1; 0: nothing is known. Empty: of none is. */
  #slots: Uint32Array = noSlots;
  #rows: Buffer = Buffer.alloc(0);
  #used = 0;
  /** Each tag has a row, and none a slot. */
  #isWhole = false;
  #reasons: string[] = [];
  readonly #details = new Map<string, ImageDetails>();
  #version: object = {};

  /** The same object for as long as the table says the same. */
  get version(): object {
    return this.#version;
  }

  get size(): number {
    return this.#count;
  }

  names(): string[] {
    return this.#count === 0 ? [] : this.#names.split('\n');
  }

  /** How many tags' facts are known. */
  known(): number {
    let known = 0;
    for (let at = 0; at < this.#used * rowSize; at += rowSize) if (this.#rows[at + stateAt] === 1) known += 1;
    return known;
  }

  /**
   * The table of another list; tags that stay keep what is known of them. This one is left as it is, for
   * those who read it just now.
   */
  async renamed(names: readonly string[], breathe: Breather): Promise<RenamedTable> {
    const joined = names.join('\n');
    await breathe();
    if (joined === this.#names && names.length === this.#count)
      return { table: this, added: [], removed: [] };
    const before = new Map<string, number>();
    await eachWithBreath(this.names(), breathe, (name, index) => before.set(name, index));
    const table = new TagTable();
    table.#count = names.length;
    if (this.#isWhole) table.#makeWhole();
    const added: string[] = [];
    await eachWithBreath(names, breathe, (name, index) => {
      const old = before.get(name);
      if (old === undefined) {
        added.push(name);
        return;
      }
      const from = this.#rowOf(old);
      if (from !== undefined) {
        const to = table.#newRow(index);
        this.#rows.copy(table.#rows, to, from, from + rowSize);
      }
      const details = this.#details.get(name);
      if (details) table.#details.set(name, details);
      before.delete(name);
    });
    // Through a buffer: a joined text would keep its pieces, and with them the answer they were cut from.
    table.#names = Buffer.from(joined, 'latin1').toString('latin1');
    table.#reasons = this.#reasons;
    return { table, added, removed: [...before] };
  }

  /** @param name - of the row, as `names()` gives it */
  read(index: number, name: string): TagEntry {
    const at = this.#rowOf(index);
    if (at === undefined) return { state: 'unseen' };
    const rows = this.#rows;
    const state = states[rows[at + stateAt] ?? 0] ?? 'unseen';
    const looks = {
      fetchedAt: rows.readUInt32LE(at + fetchedAtAt),
      refreshAt: this.#refreshAt(at),
    };
    switch (state) {
      case 'unseen':
        return { state };
      case 'missing':
        return { state, ...looks };
      case 'excluded': {
        const reason = this.#reasons[rows[at + reasonAt] ?? 0] ?? '';
        return { state, reason, tagDigest: this.#digest(at), ...looks };
      }
      case 'known': {
        const details = this.#details.get(name) ?? noDetails;
        const image = { ...details, tagDigest: this.#digest(at), createdAt: this.#created(at) };
        return { state, image, ...looks };
      }
      default:
        return state satisfies never;
    }
  }

  /** What there is to ask about a tag: what was never seen, or was missing, is fetched; the rest looked at. */
  due(index: number, nowSeconds: number): 'fetch' | 'look' | 'nothing' {
    const at = this.#rowOf(index);
    const state = at === undefined ? 'unseen' : states[this.#rows[at + stateAt] ?? 0];
    if (at === undefined || state === 'unseen') return 'fetch';
    if (nowSeconds < this.#refreshAt(at)) return 'nothing';
    return state === 'missing' ? 'fetch' : 'look';
  }

  /** Makes room for so many more tags at once: growing bit by bit would leave the memory in pieces. */
  reserve(more: number): void {
    const wanted = Math.min(this.#count, this.#used + more);
    if (this.#isWhole) return;
    if (wanted > this.#count * mostSlots) this.#makeWhole();
    else if (wanted * rowSize > this.#rows.length) this.#grow(wanted);
  }

  write(index: number, name: string, entry: TagEntry): void {
    this.#version = {};
    const at = this.#rowOf(index) ?? this.#newRow(index);
    const rows = this.#rows;
    rows.fill(0, at, at + rowSize);
    this.#details.delete(name);
    rows[at + stateAt] = states.indexOf(entry.state);
    if (entry.state === 'unseen') return;
    rows.writeUInt32LE(entry.fetchedAt, at + fetchedAtAt);
    const interval = Math.min(longestInterval, Math.max(0, entry.refreshAt - entry.fetchedAt));
    rows.writeUIntLE(interval, at + intervalAt, intervalSize);
    if (entry.state === 'excluded') {
      rows[at + reasonAt] = this.#reason(entry.reason);
      this.#writeDigest(at, entry.tagDigest);
    }
    if (entry.state === 'known') {
      const { tagDigest, createdAt, digest, imageId, labels } = entry.image;
      this.#writeDigest(at, tagDigest);
      if (createdAt !== zeroTime) {
        const seconds = Date.parse(`${createdAt.slice(0, 19)}Z`) / 1000;
        rows.writeIntLE(seconds, at + secondsAt, secondsSize);
        // One more than there are, so that nothing at all is the zero time.
        rows.writeUInt32LE(Number(createdAt.slice(20, 29)) + 1, at + nanosAt);
      }
      this.#details.set(name, { digest, imageId, labels });
    }
  }

  /** The tag of an image that is known under this digest already, by whatever tag. */
  find(tagDigest: string): number | undefined {
    const bytes = Buffer.from(tagDigest.slice('sha256:'.length), 'hex');
    if (bytes.length !== 32) return undefined;
    for (let found = this.#rows.indexOf(bytes); found >= 0; found = this.#rows.indexOf(bytes, found + 1)) {
      if (found % rowSize !== digestAt) continue;
      const row = found / rowSize;
      const index = this.#isWhole ? row : this.#slots.indexOf(row + 1);
      if (index >= 0) return index;
    }
    return undefined;
  }

  /** Forgets the details of all images but the newest. */
  trim(keep: number): void {
    if (this.#details.size <= keep) return;
    this.#version = {};
    const dated = this.names().flatMap((name, index) =>
      this.#details.has(name) ? [{ name, createdAt: this.#created(this.#rowOf(index) ?? 0) }] : [],
    );
    dated.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    for (const { name } of dated.slice(keep)) this.#details.delete(name);
  }

  #rowOf(index: number): number | undefined {
    if (this.#isWhole) return index * rowSize;
    const slot = this.#slots[index] ?? 0;
    return slot === 0 ? undefined : (slot - 1) * rowSize;
  }

  #newRow(index: number): number {
    if (this.#isWhole) return index * rowSize;
    if (this.#slots.length === 0) this.#slots = new Uint32Array(this.#count);
    const at = this.#used * rowSize;
    if (at >= this.#rows.length) this.#grow(Math.min(this.#count, Math.max(firstRows, this.#used * 2)));
    this.#used += 1;
    this.#slots[index] = this.#used;
    return at;
  }

  /** A row for each tag, known or not. */
  #makeWhole(): void {
    const rows = Buffer.alloc(this.#count * rowSize);
    for (const [index, slot] of this.#slots.entries()) {
      const from = (slot - 1) * rowSize;
      if (slot > 0) this.#rows.copy(rows, index * rowSize, from, from + rowSize);
    }
    this.#isWhole = true;
    this.#rows = rows;
    this.#slots = noSlots;
    this.#used = this.#count;
  }

  #grow(count: number): void {
    const rows = Buffer.alloc(count * rowSize);
    this.#rows.copy(rows);
    this.#rows = rows;
  }

  #digest(at: number): string {
    const bytes = this.#rows.subarray(at + digestAt, at + digestAt + 32);
    return bytes.every((byte) => byte === 0) ? '' : `sha256:${bytes.toString('hex')}`;
  }

  #writeDigest(at: number, digest: string): void {
    if (digest.startsWith('sha256:'))
      this.#rows.write(digest.slice('sha256:'.length), at + digestAt, 32, 'hex');
  }

  #created(at: number): Timestamp {
    const nanos = this.#rows.readUInt32LE(at + nanosAt);
    if (nanos === 0) return zeroTime;
    const time = new Date(this.#rows.readIntLE(at + secondsAt, secondsSize) * 1000);
    const seconds = time.toISOString().slice(0, 19);
    return `${seconds}.${String(nanos - 1).padStart(9, '0')}Z` as Timestamp;
  }

  #refreshAt(at: number): number {
    return this.#rows.readUInt32LE(at + fetchedAtAt) + this.#rows.readUIntLE(at + intervalAt, intervalSize);
  }

  #reason(reason: string): number {
    const known = this.#reasons.indexOf(reason);
    if (known >= 0) return known;
    if (this.#reasons.length >= mostReasons) return mostReasons - 1;
    return this.#reasons.push(reason) - 1;
  }
}
