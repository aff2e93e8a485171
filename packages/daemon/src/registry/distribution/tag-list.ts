import { type Breather, eachWithBreath } from '../../waiting/breather.ts';
import { isTag } from './is-tag.ts';
import { parseObject } from './manifest.ts';
import { RegistryAnswerError } from './registry-error.ts';

/** What a registry lists, as far as it can be used. */
export interface TagList {
  readonly tags: readonly string[];
  /** Empty: the host gives none, or the list has several pages. */
  readonly etag: string;
  /** What had to be left out; undefined when nothing was. */
  readonly problem: RegistryAnswerError | undefined;
}

/** Takes the pages of one list. */
export interface TagCollector {
  /** @throws {RegistryAnswerError} when it is no page, or the list is too long */
  add(page: Buffer, breathe: Breather): Promise<void>;
  readonly tags: readonly string[];
  readonly problem: RegistryAnswerError | undefined;
}

const mostTags = 200_000;
const longestQuote = 40;

/** @param what - for errors: `the tags of org/app` */
export function collectTags(what: string): TagCollector {
  const tags = new Set<string>();
  let others = 0;
  let example: string | undefined;
  return {
    async add(page, breathe) {
      const { tags: listed } = parseObject(page, what);
      // A repository that lost all its images answers with null.
      if (listed === null || listed === undefined) return;
      if (!Array.isArray(listed)) throw new RegistryAnswerError(`${what} came as JSON of another shape`);
      await breathe();
      await eachWithBreath(listed as readonly unknown[], breathe, (tag) => {
        if (typeof tag !== 'string') throw new RegistryAnswerError(`${what} came as JSON of another shape`);
        if (isTag(tag)) tags.add(tag);
        else {
          others += 1;
          example ??= tag;
        }
      });
      if (tags.size > mostTags) throw new RegistryAnswerError(`${what} are more than ${mostTags}`);
    },
    get tags() {
      return [...tags];
    },
    get problem() {
      return example === undefined ? undefined : leftOut(what, others, example);
    },
  };
}

function leftOut(what: string, count: number, example: string): RegistryAnswerError {
  // Flux v1's words, which then gave the whole repository up.
  if (example === '') return new RegistryAnswerError('empty tag in fetched tags', { help });
  const quote = example.length > longestQuote ? `${example.slice(0, longestQuote)}…` : example;
  const others = count === 1 ? 'one that is none' : `${count} that are none`;
  return new RegistryAnswerError(`${what} hold ${others}: ${JSON.stringify(quote)}`, { help });
}

const help =
  'It is left out, and the other tags are used. A tag is made of up to 128 letters, digits, dots, dashes and underscores: remove it from the registry.';
