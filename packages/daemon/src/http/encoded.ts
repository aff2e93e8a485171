import { goJson } from '@fluxctl/shared/go-json';

/** A value as JSON, in bytes. */
export function encode(value: unknown): Buffer {
  return Buffer.from(goJson(value));
}

const open = Buffer.from('[');
const comma = Buffer.from(',');
const close = Buffer.from(']');

/** A JSON array. @param encoded - gives each member's JSON, in pieces */
export function* jsonArray<Member>(
  members: Iterable<Member>,
  encoded: (member: Member) => Iterable<Buffer>,
): Generator<Buffer, void, undefined> {
  let before = open;
  for (const member of members) {
    yield before;
    yield* encoded(member);
    before = comma;
  }
  if (before === open) yield open;
  yield close;
}

/** What was encoded of an owner, for as long as the owner lives and the facts beside it stay the same. */
export class EncodedOnce<Owner extends object> {
  readonly #known = new WeakMap<Owner, { readonly facts: readonly unknown[]; readonly bytes: Buffer }>();

  /** @param facts - all that the value is made of beside the owner, compared by identity; always as many */
  get(owner: Owner, facts: readonly unknown[], value: () => unknown): Buffer {
    const known = this.#known.get(owner);
    if (known?.facts.every((fact, index) => fact === facts[index])) return known.bytes;
    const bytes = encode(value());
    this.#known.set(owner, { facts, bytes });
    return bytes;
  }
}

/** What was encoded lately, by keys; the total is bounded, and what was not asked for the longest goes first. */
export class EncodedLately {
  readonly #known = new Map<string, { readonly of: object; readonly bytes: Buffer }>();
  readonly #most: number;
  #size = 0;

  /** @param most - in bytes */
  constructor(most: number) {
    this.#most = most;
  }

  /** @param of - what the value is made of, beside what the key says; another object is another state */
  get(key: string, of: object, value: () => unknown): Buffer {
    const known = this.#known.get(key);
    this.#known.delete(key);
    if (known?.of === of) {
      this.#known.set(key, known);
      return known.bytes;
    }
    const bytes = encode(value());
    this.#known.set(key, { of, bytes });
    this.#size += bytes.length - (known?.bytes.length ?? 0);
    for (const [oldest, { bytes: gone }] of this.#known) {
      if (this.#size <= this.#most) break;
      this.#known.delete(oldest);
      this.#size -= gone.length;
    }
    return bytes;
  }
}
