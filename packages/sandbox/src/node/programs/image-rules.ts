import { canonicalName, parseImageRef } from '@fluxctl/shared/images/image-ref';
import type { Program } from './program.ts';
import { standIn } from './stand-in.ts';

/** Which program stands behind the images of a repository. */
export interface ImageRule {
  /** The repository, any tag of it: `memcached`, `docker.io/fluxctl/fluxd`; or a test of its canonical name. */
  readonly image: string | RegExp;
  readonly program: Program;
}

export function programFor(image: string, rules: readonly ImageRule[]): Program {
  const name = canonicalName(parseImageRef(image));
  const found = rules.find((rule) =>
    typeof rule.image === 'string'
      ? canonicalName(parseImageRef(rule.image)) === name
      : rule.image.test(name),
  );
  return found?.program ?? standIn;
}
