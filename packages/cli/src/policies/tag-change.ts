import { tagPolicyPrefix } from '@fluxctl/shared/policy/policies';
import { parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { type PolicyChange, removal } from './policy-change.ts';
import { readTagPairs } from './tag-pairs.ts';

/** Lets a container run any tag. */
const anything = '*';

/**
 * What `--tag-all` and `--tag` ask for. Whether a pattern can be understood is for the daemon to say.
 * @param tagAll - empty for none
 * @throws {UserError} for what is no pair
 */
export function tagChange(tagAll: string, tags: readonly string[]): PolicyChange {
  const pairs = tags.flatMap(readTagPairs);
  const kept = pairs.filter(({ pattern }) => pattern !== anything);
  const gone = pairs.filter(({ pattern }) => pattern === anything);
  return {
    add: {
      ...(tagAll === '' ? {} : { tag_all: parseTagPattern(tagAll).text }),
      ...Object.fromEntries(
        kept.map(({ container, pattern }) => [tagPolicyPrefix + container, parseTagPattern(pattern).text]),
      ),
    },
    remove: removal(...gone.map(({ container }) => tagPolicyPrefix + container)),
  };
}
