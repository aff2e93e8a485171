import { type FluxError, MissingError, ServerError } from '@fluxctl/shared/errors';
import type { ImageName } from '@fluxctl/shared/images/image-ref';
import { type Timestamp, timestampOf, zeroTime } from '@fluxctl/shared/timestamp';
import type { ImageInfo, RepositoryImages, TagState } from '../image-registry.ts';
import type { TagChoice } from './choose-tags.ts';
import { type TagEntry, TagTable } from './tag-table.ts';

/** What is known of one image repository, whoever spells it how. */
export interface Repository {
  readonly canonical: string;
  readonly name: ImageName;
  table: TagTable;
  /** Of the tag list, where the host gives one. */
  etag: string;
  /** What is wrong with some of the tags that are listed. */
  listProblem: FluxError | undefined;
  /** The last one that brought a tag list; zero: none did. */
  listedAt: Timestamp;
  /** In milliseconds since 1970; 0: not yet. */
  scannedAt: number;
  nextScan: number;
  /** In a row. */
  failures: number;
  /** The last scan was cut short by a limit of requests. */
  limited: boolean;
  error: string;
  help: string;
  /** What an outer cache holds was read. */
  restored: boolean;
  /** In milliseconds since 1970; 0: never. */
  savedAt: number;
  /** There are tags to fetch for people, when there is time. */
  spare: boolean;
  /** What matters of this table to those who ask by this key. */
  choice: { readonly table: TagTable; readonly key: string; readonly tags: TagChoice } | undefined;
  /** Problems with single tags that were logged. */
  readonly told: Set<string>;
}

export function newRepository(canonical: string, name: ImageName): Repository {
  return {
    canonical,
    name,
    table: new TagTable(),
    etag: '',
    listProblem: undefined,
    listedAt: zeroTime,
    scannedAt: 0,
    nextScan: 0,
    failures: 0,
    limited: false,
    error: '',
    help: '',
    restored: false,
    savedAt: 0,
    spare: false,
    choice: undefined,
    told: new Set(),
  };
}

/** What is known, for readers; in Flux v1's words when nothing is. */
export function readImages(repository: Repository | undefined): RepositoryImages {
  if (!repository || repository.listedAt === zeroTime) {
    if (!repository?.error) return { state: 'unknown', error: new MissingError('item not in cache') };
    const { error, help } = repository;
    const cause = new ServerError(error, { help });
    return {
      state: 'unknown',
      error: new MissingError(`item not in cache, last error: ${error}`, { cause }),
    };
  }
  const { table, listedAt } = repository;
  let names: readonly string[] | undefined;
  const tags = (): readonly string[] => (names ??= table.names());
  let indexes: Map<string, number> | undefined;
  return {
    state: 'scanned',
    get tags() {
      return tags();
    },
    scannedAt: listedAt,
    version: table.version,
    tag(tag) {
      indexes ??= new Map(tags().map((name, index) => [name, index]));
      const index = indexes.get(tag);
      return index === undefined ? { state: 'unlisted' } : stateOf(tag, table.read(index, tag));
    },
    images: () =>
      tags().flatMap((tag, index) => {
        const entry = table.read(index, tag);
        return entry.state === 'known' ? [imageOf(tag, entry)] : [];
      }),
  };
}

function stateOf(tag: string, entry: TagEntry): TagState {
  switch (entry.state) {
    case 'known':
      return { state: 'known', image: imageOf(tag, entry) };
    case 'excluded':
      return { state: 'excluded', reason: entry.reason };
    case 'missing':
    case 'unseen':
      return { state: entry.state };
    default:
      return entry satisfies never;
  }
}

function imageOf(tag: string, { image, fetchedAt }: Extract<TagEntry, { state: 'known' }>): ImageInfo {
  return { tag, ...image, lastFetched: timestampOf(new Date(fetchedAt * 1000)) };
}
