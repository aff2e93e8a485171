import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { Flag, FlagValues } from '@fluxctl/shared/flags/flag';
import type { ParsedFlags } from '@fluxctl/shared/flags/parse-flags';
import { readValue } from '@fluxctl/shared/flags/read-value';
import { type GlobalFlags, globalFlags } from './global-flags.ts';

/** How to reach the daemon, and for how long to wait for it. */
export interface Settings {
  /** Empty: the kubeconfig's current context. */
  readonly context: string;
  readonly forward: {
    readonly namespace: string;
    /** Whether the namespace was said, by flag or environment; if not, the daemon is searched for. */
    readonly namespaceGiven: boolean;
    readonly labels: ReadonlyMap<string, string>;
  };
  /** Empty: a port-forward. */
  readonly url: string;
  /** Empty: none. */
  readonly token: string;
  readonly timeoutMs: number;
}

/** In this order: with both tokens set, the last one wins. */
const variables = [
  ['FLUX_FORWARD_NAMESPACE', 'k8s-fwd-ns'],
  ['FLUX_FORWARD_LABELS', 'k8s-fwd-labels'],
  ['FLUX_URL', 'url'],
  ['FLUX_SERVICE_TOKEN', 'token'],
  ['WEAVE_CLOUD_TOKEN', 'token'],
  ['FLUX_TIMEOUT', 'timeout'],
] as const satisfies readonly (readonly [string, keyof GlobalFlags])[];

/**
 * A given flag, even an empty one, goes before its variable; an empty variable counts as none.
 * @throws {UserError} when a variable cannot be read (Flux v1 goes on without it)
 */
export function readSettings(
  { values, given }: Pick<ParsedFlags<GlobalFlags>, 'values' | 'given'>,
  env: NodeJS.ProcessEnv,
): Settings {
  const merged: Record<string, unknown> = { ...values };
  const said = new Set<string>(given);
  for (const [variable, name] of variables) {
    const text = env[variable];
    if (text === undefined || text === '' || given.has(name)) continue;
    merged[name] = readVariable(variable, globalFlags[name], text);
    said.add(name);
  }
  const all = merged as FlagValues<GlobalFlags>;
  return {
    context: all.context,
    forward: {
      namespace: all['k8s-fwd-ns'],
      namespaceGiven: said.has('k8s-fwd-ns'),
      labels: all['k8s-fwd-labels'],
    },
    url: all.url,
    token: all.token,
    timeoutMs: all.timeout,
  };
}

function readVariable(variable: string, flag: Flag, text: string): unknown {
  try {
    return readValue(flag, text, undefined);
  } catch (cause) {
    throw new UserError(`invalid value ${JSON.stringify(text)} in ${variable}: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
