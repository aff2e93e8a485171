import { parseArgs } from 'node:util';

/** What a person asks of `scripts/demo`. */
export interface DemoOptions {
  /** The world stays up after the last step. */
  readonly keep: boolean;
  /** A cluster that the person has; the sandbox without it. */
  readonly cluster: { readonly kubeconfig: string; readonly context: string | undefined } | undefined;
  /** Nothing is asked before that cluster is changed. */
  readonly yes: boolean;
  /** Runs the bundles in `packages/*\/dist`, as `scripts/build` makes them, in place of the sources. */
  readonly built: boolean;
  /** Where a picture of what was shown is written to. */
  readonly picture: string | undefined;
}

export const usage = `Usage: scripts/demo [--keep] [--built] [--picture FILE]
       scripts/demo --kubeconfig FILE [--context NAME] [--yes] [--built]

Goes from nothing to a cluster that follows git, and a git that follows an image registry, live: installs fluxd
with fluxctl, gives the git host its deploy key, watches it apply a repository, and write an image update back.
Ends with 1 if anything is not as it should be.

Without --kubeconfig all happens in a sandbox on this machine: a Kubernetes API with one node, a git host over
SSH, and an image registry. With it, in a cluster of yours: what the demo creates there, it removes at the end.

  --keep             leave the sandbox up, and tell what to try next
  --kubeconfig FILE  use this cluster (needs kubectl)
  --context NAME     use this context of it; the current one if not given
  --yes              do not ask before changing that cluster
  --built            run the programs that scripts/build made, not the sources
  --picture FILE     write what was shown to an SVG file
`;

/**
 * @returns `help` when that is what was asked for
 * @throws {Error} with words for a person
 */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      keep: { type: 'boolean', default: false },
      kubeconfig: { type: 'string' },
      context: { type: 'string' },
      yes: { type: 'boolean', default: false },
      built: { type: 'boolean', default: false },
      picture: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { keep, kubeconfig, context, yes, built, picture } = values;
  if (context !== undefined && kubeconfig === undefined) throw new Error('--context needs --kubeconfig');
  if (keep && kubeconfig !== undefined)
    throw new Error('--keep is for the sandbox; a cluster of yours is left as it was');
  return {
    keep,
    cluster: kubeconfig === undefined ? undefined : { kubeconfig, context },
    yes,
    built,
    picture,
  };
}
