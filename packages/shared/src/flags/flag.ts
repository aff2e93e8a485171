/** How the value of a flag is written; of `texts` each use is one value, as it stands. */
export type FlagType =
  | 'string'
  | 'switch'
  | 'count'
  | 'list'
  | 'texts'
  | 'map'
  | 'duration'
  | 'integer'
  | 'number';

/** One row of a table of flags: parsing, help, completion and docs are made of the same rows. */
export interface Flag {
  readonly type: FlagType;
  /** As it would be written on the command line; empty: the type's zero value. */
  readonly fallback: string;
  readonly help: string;
  /** One letter. */
  readonly short?: string;
  /** What to use instead. Such a flag works, is told on stderr, and is not in the help. */
  readonly deprecated?: string;
  /** The flag whose value it writes, when it is only another name for it. */
  readonly into?: string;
}

/** By the flag's long name. */
export type FlagTable = Readonly<Record<string, Flag>>;

interface ValueOf {
  readonly string: string;
  readonly switch: boolean;
  readonly count: number;
  readonly list: readonly string[];
  readonly texts: readonly string[];
  readonly map: ReadonlyMap<string, string>;
  /** Milliseconds. */
  readonly duration: number;
  readonly integer: number;
  readonly number: number;
}

/** Undefined when neither given nor with a default; other types have a zero value. */
type Unset<F extends Flag> = F extends { type: 'integer' | 'number'; fallback: '' } ? undefined : never;

/** The values of all flags of a table, by name; other names of a flag have none of their own. */
export type FlagValues<T extends FlagTable> = {
  readonly [K in keyof T as T[K] extends { into: string } ? never : K]: ValueOf[T[K]['type']] | Unset<T[K]>;
};

export type FlagValue = ValueOf[FlagType] | undefined;

/** Flags that need no value: what stands for the value when there is none. */
export function impliedValue({ type }: Flag): string | undefined {
  if (type === 'switch') return 'true';
  return type === 'count' ? '+1' : undefined;
}
