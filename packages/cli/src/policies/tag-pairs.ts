import { UserError } from '@fluxctl/shared/errors';

/** The tags that a container may run. */
export interface TagPair {
  readonly container: string;
  /** As written: `semver:~1.2`, `1.*`, `*`. */
  readonly pattern: string;
}

/**
 * Reads a value of `--tag`: `CONTAINER=PATTERN`, or several with commas between them, as Flux v1 has it.
 * The first `=` ends the container's name; further ones belong to the pattern. A comma in a pattern with
 * `semver:` or `regexp:` belongs to it too, unless what follows is another `CONTAINER=`. Double quotes
 * around a pair keep together whatever is in them; two quotes are one there.
 * @throws {UserError} in Flux v1's words
 */
export function readTagPairs(text: string): TagPair[] {
  const pairs: TagPair[] = [];
  for (let rest = text; rest !== ''; ) {
    const { pair, length } = rest.startsWith('"') ? quotedPair(rest) : barePair(rest);
    pairs.push(readPair(pair));
    rest = rest.slice(length).replace(/^,/, '');
  }
  return pairs;
}

interface Piece {
  readonly pair: string;
  /** What it takes of the text; a comma or the end of the text follows. */
  readonly length: number;
}

function quotedPair(text: string): Piece {
  const [quoted] = /^"(?:[^"]|"")*"(?=,|$)/.exec(text) ?? [];
  if (quoted === undefined) throw invalidPair(text);
  return { pair: quoted.slice(1, -1).replaceAll('""', '"'), length: quoted.length };
}

/** Names of containers, and of images in the values of a HelmRelease. */
const nextPair = /,(?=\s*[\w.-]+=|\s*"[\w.-]+=)/;
const keepsCommas = /^[^=,]*=(?:semver|regexp?):/;

function barePair(text: string): Piece {
  const end = text.search(keepsCommas.test(text) ? nextPair : /,/);
  const pair = end < 0 ? text : text.slice(0, end);
  return { pair, length: pair.length };
}

function readPair(text: string): TagPair {
  const at = text.indexOf('=');
  const container = text.slice(0, Math.max(0, at)).trim();
  if (container === '') throw invalidPair(text);
  return { container, pattern: text.slice(at + 1) };
}

function invalidPair(text: string): UserError {
  return new UserError(
    `invalid container/tag pair: ${JSON.stringify(text)}. Expected format is 'container=filter'`,
  );
}
