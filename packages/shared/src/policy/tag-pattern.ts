import { RE2JS } from 're2js';
import { errorMessage } from '../errors.ts';
import { parseConstraint } from '../versions/constraint.ts';
import { parseVersion } from '../versions/version.ts';

/** Which tags a container may run, as the policy `tag.<container>` says it. */
export interface TagPattern {
  readonly kind: 'glob' | 'semver' | 'regexp';
  /** With its prefix: `glob:1.*`, `semver:~1.2`, `regexp:^v`. */
  readonly text: string;
  /**
   * Why the pattern cannot be understood; then it lets nothing through. Flux v1 lets everything through: a
   * slip of the pen in a manifest would roll out whatever was pushed last. Undefined when it is fine.
   */
  readonly problem: string | undefined;
  /** `latest`, in any case, is let through by no pattern but `glob:latest`. */
  matches(tag: string): boolean;
  /**
   * What an order by a part of the tag looks at: what the first group of a regular expression takes, else
   * the whole tag. Undefined where the group has no part in the match.
   */
  capture(tag: string): string | undefined;
}

/** What is taken when there is no policy. */
export const anyTag = 'glob:*';

/**
 * Patterns by their texts: each look at the workloads reads the policies of all of them, most of which say the
 * same, and to compile a regular expression takes longer than to match with it.
 */
const known = new Map<string, TagPattern>();
/** The oldest goes for a new one. */
const mostKnown = 500;

/** Reads a pattern; without a prefix it is a glob, and `regex:` is read as `regexp:`. */
export function parseTagPattern(text: string): TagPattern {
  const before = known.get(text);
  if (before) return before;
  const pattern = readPattern(text);
  const [oldest] = known.keys();
  if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest);
  known.set(text, pattern);
  return pattern;
}

function readPattern(text: string): TagPattern {
  if (text.startsWith('semver:')) return semverPattern(text.slice('semver:'.length));
  if (text.startsWith('regexp:')) return regexpPattern(text.slice('regexp:'.length));
  if (text.startsWith('regex:')) return regexpPattern(text.slice('regex:'.length));
  return globPattern(text.startsWith('glob:') ? text.slice('glob:'.length) : text);
}

function globPattern(glob: string): TagPattern {
  const pieces = glob.split('*');
  const matches =
    glob === 'latest' ? (tag: string) => tag === 'latest' : exceptLatest((tag) => matchesGlob(pieces, tag));
  return { kind: 'glob', text: `glob:${glob}`, problem: undefined, matches, capture: wholeTag };
}

function semverPattern(range: string): TagPattern {
  const constraint = parseConstraint(range);
  return {
    kind: 'semver',
    text: `semver:${range}`,
    problem: constraint ? undefined : `${JSON.stringify(range)} is not a range of versions`,
    matches: exceptLatest((tag) => {
      const version = parseVersion(tag);
      return version !== undefined && (constraint?.(version) ?? false);
    }),
    capture: wholeTag,
  };
}

function regexpPattern(source: string): TagPattern {
  const text = `regexp:${source}`;
  const compiled = compileRe2(source);
  if (typeof compiled === 'string') {
    return { kind: 'regexp', text, problem: compiled, matches: () => false, capture: wholeTag };
  }
  return {
    kind: 'regexp',
    text,
    problem: undefined,
    matches: exceptLatest((tag) => compiled.matcher(tag).find()),
    capture(tag) {
      const matcher = compiled.matcher(tag);
      if (!matcher.find()) return undefined;
      return matcher.groupCount() === 0 ? tag : (matcher.group(1) ?? undefined);
    },
  };
}

function wholeTag(tag: string): string {
  return tag;
}

/** An expression's length, and what it is compiled to: a match takes up to this much for each character. */
const largest = { source: 10_000, program: 1_000 } as const;

const tooLarge = 'expression is too large';

/** Go's syntax, and linear in time whatever the expression; in its place what is wrong with it. */
function compileRe2(source: string): RE2JS | string {
  if (source.length > largest.source) return tooLarge;
  try {
    const compiled = RE2JS.compile(source);
    return compiled.programSize() > largest.program ? tooLarge : compiled;
  } catch (error) {
    return errorMessage(error);
  }
}

function exceptLatest(matches: (tag: string) => boolean): (tag: string) => boolean {
  return (tag) => tag.toLowerCase() !== 'latest' && matches(tag);
}

/**
 * Whether the text consists of the pieces with anything between them; `*` is all that is special in
 * such a glob, and it takes `/` too.
 */
export function matchesGlob(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
